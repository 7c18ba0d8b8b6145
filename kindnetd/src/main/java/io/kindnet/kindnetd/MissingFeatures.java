package io.kindnet.kindnetd;

import java.util.ArrayList;
import java.util.List;

/**
 * What was asked for, or is on by default, and has no agent yet: one line each. When an agent
 * comes, its line goes.
 */
final class MissingFeatures {
  private MissingFeatures() {}

  static List<String> of(Options options) {
    List<String> lines = new ArrayList<>();
    add(lines, options.networkPolicy(), "--network-policy: NetworkPolicies are not enforced");
    add(
        lines,
        options.adminNetworkPolicy(),
        "--admin-network-policy: AdminNetworkPolicies are not enforced");
    add(
        lines,
        options.baselineAdminNetworkPolicy(),
        "--baseline-admin-network-policy: BaselineAdminNetworkPolicies are not enforced");
    add(lines, options.dnsCaching(), "--dns-caching: DNS is not cached");
    add(
        lines,
        !options.dnsCachingNameservers().isEmpty(),
        "--dns-caching-nameservers: DNS is not cached");
    add(lines, options.disableNri(), "--disable-nri: the container runtime is never asked");
    add(lines, options.nat64(), "--nat64: an IPv6-only cluster gets no NAT64");
    add(lines, options.fastpathThreshold() > 0, "--fastpath-threshold: flows are not offloaded");
    boolean packetsLogged = options.nflogLevel() <= options.verbosity();
    add(
        lines,
        packetsLogged || options.nflogLevel() != Flags.DEFAULT_NFLOG_LEVEL,
        "--nflog-level: packets are not logged");
    add(lines, options.ipsecOverlay(), "--ipsec-overlay: traffic between nodes is not encrypted");
    return lines;
  }

  private static void add(List<String> lines, boolean asked, String effect) {
    if (asked) {
      lines.add(effect + ", this version has no agent for it");
    }
  }
}
