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
 * @param podCidrs {@code spec.podCIDRs}, in order
 * @param addresses at most one of each family, IPv4 first: the first InternalIP, else the first
 *     ExternalIP
 * @param providerId {@code spec.providerID}, empty if it has none
 */
public record ClusterNode(
    String name,
    String created,
    List<IpPrefix> podCidrs,
    List<InetAddress> addresses,
    String providerId) {
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
