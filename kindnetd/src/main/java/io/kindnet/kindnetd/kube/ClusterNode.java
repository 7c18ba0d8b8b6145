package io.kindnet.kindnetd.kube;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What the agents need of a Node; two states of a Node that differ in nothing else are equal.
 *
 * @param name its name
 * @param created its creation time stamp as the API server writes it, empty if it has none; sorts
 *     by time as text
 * @param podCidrs {@code spec.podCIDRs}, in order, without those that are left out
 * @param leftOut those of {@code spec.podCIDRs} that are not used
 * @param addresses at most one of each family, IPv4 first: the first InternalIP, else the first
 *     ExternalIP
 * @param providerId {@code spec.providerID}, empty if it has none
 */
public record ClusterNode(
    String name,
    String created,
    List<IpPrefix> podCidrs,
    List<LeftOutCidr> leftOut,
    List<InetAddress> addresses,
    String providerId) {
  /**
   * A pod CIDR that is not used.
   *
   * @param cidr the CIDR; the text of the API server where that is none
   * @param reason why, such as {@code it is not a CIDR}
   */
  public record LeftOutCidr(String cidr, String reason) {}

  /** The same with other pod CIDRs. */
  public ClusterNode withPodCidrs(List<IpPrefix> used, List<LeftOutCidr> notUsed) {
    return new ClusterNode(name, created, used, notUsed, addresses, providerId);
  }

  /** The address of {@code family}, if the node has one. */
  public Optional<InetAddress> address(AddressFamily family) {
    for (InetAddress address : addresses) {
      if (AddressFamily.of(address) == family) {
        return Optional.of(address);
      }
    }
    return Optional.empty();
  }
}
