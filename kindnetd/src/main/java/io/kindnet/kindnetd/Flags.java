package io.kindnet.kindnetd;

import io.kindnet.kindnetd.GoArguments.Kind;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** The flags as they stand on the command line, each with its default. */
@SuppressWarnings("NullAway.Init") // picocli fills in every field, with its default if need be
final class Flags {
  @Option(
      names = "--disable-cni",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description = "no CNI configuration and no routes (default ${DEFAULT-VALUE})")
  boolean disableCni;

  @Option(
      names = "--network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "true",
      description = "enforce NetworkPolicies (default ${DEFAULT-VALUE})")
  boolean networkPolicy;

  @Option(
      names = "--admin-network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description =
          "enforce ClusterNetworkPolicies of the tier Admin, with --network-policy (default"
              + " ${DEFAULT-VALUE})")
  boolean adminNetworkPolicy;

  @Option(
      names = "--baseline-admin-network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description =
          "enforce ClusterNetworkPolicies of the tier Baseline, with --network-policy (default"
              + " ${DEFAULT-VALUE})")
  boolean baselineAdminNetworkPolicy;

  @Option(
      names = "--network-policy-log",
      paramLabel = "FORMAT",
      defaultValue = "off",
      description =
          "how connections that network policies deny are logged: off, text, or json in the form of"
              + " Kubernetes' components (default ${DEFAULT-VALUE})")
  String networkPolicyLog;

  @Option(
      names = "--dns-caching",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description =
          "answer the DNS queries of pods from a cache on the node (default ${DEFAULT-VALUE})")
  boolean dnsCaching;

  @Option(
      names = "--dns-caching-nameservers",
      paramLabel = "ADDRESSES",
      defaultValue = "",
      description =
          "comma-separated addresses of the name servers whose answers are cached (default: those of"
              + " the Service kube-system/kube-dns)")
  String dnsCachingNameservers;

  @Option(
      names = "--dns-caching-max-ttl",
      paramLabel = "SECONDS",
      defaultValue = "3600",
      description =
          "for how long an answer is cached at most, in seconds; never longer than its records say"
              + " (default ${DEFAULT-VALUE})")
  String dnsCachingMaxTtl;

  @Option(
      names = "--disable-nri",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description = "do not ask the container runtime for pod addresses (default ${DEFAULT-VALUE})")
  boolean disableNri;

  @Option(
      names = "--nat64",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "true",
      description = "NAT64, on nodes whose pods have IPv6 only (default ${DEFAULT-VALUE})")
  boolean nat64;

  @Option(
      names = "--nat64-prefix",
      paramLabel = "PREFIX",
      defaultValue = "64:ff9b::/96",
      description =
          "prefix of RFC 6052 in whose addresses pods see those of IPv4 (default ${DEFAULT-VALUE})")
  String nat64Prefix;

  @Option(
      names = "--nat64-pool",
      paramLabel = "PREFIX",
      defaultValue = "240.64.0.0/16",
      description =
          "addresses of IPv4 that pods have on their node before they get the node's; none is seen"
              + " elsewhere (default ${DEFAULT-VALUE})")
  String nat64Pool;

  @Option(
      names = "--nat64-allow",
      paramLabel = "CIDRS",
      defaultValue = "",
      description =
          "comma-separated CIDRs of IPv4 that pods reach by NAT64 though they are not global")
  String nat64Allow;

  @Option(
      names = "--hostname-override",
      paramLabel = "NAME",
      defaultValue = "",
      description = "name of this node (default: $NODE_NAME, else the host's name)")
  String hostnameOverride;

  @Option(
      names = "--masquerading",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "true",
      description =
          "masquerade traffic from pods that leaves the cluster (default ${DEFAULT-VALUE})")
  boolean masquerading;

  @Option(
      names = "--accept-forwarded-pods",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description =
          "let pods through chains of others that drop what this node forwards, as Docker's"
              + " (default ${DEFAULT-VALUE})")
  boolean acceptForwardedPods;

  @Option(
      names = "--no-masquerade-cidr",
      paramLabel = "CIDRS",
      defaultValue = "",
      description = "comma-separated CIDRs that are not masqueraded")
  String noMasqueradeCidr;

  @Option(
      names = "--control-plane-endpoint",
      paramLabel = "URL",
      defaultValue = "",
      description =
          "API server that replaces the in-cluster address when it answers, so that nothing waits"
              + " for kube-proxy (default: $CONTROL_PLANE_ENDPOINT)")
  String controlPlaneEndpoint;

  @Option(
      names = "--metrics-bind-address",
      paramLabel = "ADDRESS",
      defaultValue = ":19080",
      description = "address of /metrics, /healthz and /readyz (default ${DEFAULT-VALUE})")
  String metricsBindAddress;

  @Option(
      names = "--fastpath-threshold",
      paramLabel = "PACKETS",
      defaultValue = "20",
      description =
          "packets after which a flow is offloaded, 0 disables; not of pods that network policies"
              + " select (default ${DEFAULT-VALUE})")
  String fastpathThreshold;

  @Option(
      names = "--nflog-level",
      paramLabel = "LEVEL",
      defaultValue = "9",
      description = "verbosity from which packets are logged (default ${DEFAULT-VALUE})")
  String nflogLevel;

  @Option(
      names = "--nflog-format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "how packets are logged: text, or json in the form of Kubernetes' components (default"
              + " ${DEFAULT-VALUE})")
  String nflogFormat;

  @Option(
      names = "--ipsec-overlay",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description = "IPsec between nodes (default ${DEFAULT-VALUE})")
  boolean ipsecOverlay;

  @Option(
      names = "--cni-plugins",
      paramLabel = "PLUGINS",
      defaultValue = "",
      description =
          "the plugins in the CNI configuration: kindnet for cni-kindnet, standard for ptp or"
              + " bridge with host-local and portmap (default: kindnet; but standard where $POD_SUBNET"
              + " is set and neither --cni-bin-dir nor /var/lib/cni-kindnet is there, as in kind's own"
              + " manifest)")
  String cniPlugins;

  @Option(
      names = "--cni-conf-dir",
      paramLabel = "DIRECTORY",
      defaultValue = "/etc/cni/net.d",
      description = "where the CNI configuration is written (default ${DEFAULT-VALUE})")
  String cniConfDir;

  @Option(
      names = "--cni-socket",
      paramLabel = "FILE",
      defaultValue = "/run/kindnet/cni.sock",
      description =
          "where cni-kindnet delegates its calls to, empty disables (default ${DEFAULT-VALUE})")
  String cniSocket;

  @Option(
      names = "--cni-bin-dir",
      paramLabel = "DIRECTORY",
      defaultValue = "",
      description =
          "the host's directory of CNI plugins, where cni-kindnet is installed again if it is removed"
              + " or damaged, and old versions are removed (default: not watched)")
  String cniBinDir;

  @Option(
      names = "--cni-bin-source",
      paramLabel = "DIRECTORY",
      defaultValue = "",
      description = "the cni-kindnet to install (default: ../cni beside the agent's own directory)")
  String cniBinSource;

  @Option(
      names = "--install-cni-bin",
      paramLabel = "DIRECTORY",
      defaultValue = "",
      description =
          "do nothing but install cni-kindnet in this directory, such as /opt/cni/bin, and exit: 0 if"
              + " it is there, else 1")
  String installCniBin;

  @Option(
      names = "--cleanup",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description =
          "do nothing but remove what kindnet put on this node, pods' interfaces included, and"
              + " exit: 0 if nothing is left, else 1 (default ${DEFAULT-VALUE})")
  boolean cleanup;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      defaultValue = "",
      description = "how to reach the API server from outside a cluster (default: in-cluster)")
  String kubeconfig;

  @Option(
      names = "--master",
      paramLabel = "URL",
      defaultValue = "",
      description = "API server, overrides the one in the kubeconfig")
  String master;

  @Mixin final CommonFlags common = new CommonFlags();

  /** What {@link GoArguments} needs to know of the options of {@code spec}. */
  static Map<String, Kind> kinds(CommandSpec spec) {
    Map<String, Kind> kinds = new HashMap<>();
    for (OptionSpec option : spec.options()) {
      for (String name : option.names()) {
        kinds.put(name.substring(name.startsWith("--") ? 2 : 1), kind(option));
      }
    }
    return kinds;
  }

  private static Kind kind(OptionSpec option) {
    if (option.usageHelp() || option.versionHelp()) {
      return Kind.COMMAND;
    }
    return option.type() == boolean.class || option.type() == Boolean.class
        ? Kind.BOOLEAN
        : Kind.VALUE;
  }
}
