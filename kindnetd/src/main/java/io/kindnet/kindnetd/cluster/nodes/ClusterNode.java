package io.kindnet.kindnetd.cluster.nodes;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
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
 * @param addresses IPv4 first; of each family the first three: InternalIPs, then ExternalIPs, as
 *     the Node has them
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

  /** The first address of {@code family}, if the node has one. */
  public Optional<InetAddress> address(AddressFamily family) {
    return addresses(family).stream().findFirst();
  }

  /** The addresses of {@code family}, the preferred one first. */
  public List<InetAddress> addresses(AddressFamily family) {
    List<InetAddress> those = new ArrayList<>(addresses.size());
    for (InetAddress address : addresses) {
      if (AddressFamily.of(address) == family) {
        those.add(address);
      }
    }
    return those;
  }
}
