package io.kindnet.kindnetd.nat64;

import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the prefix and the pool must not overlap: where the node or the cluster has something else
 * at these addresses, our routes would take its packets away.
 */
final class AddressClash {
  /** Routes up to this length are two halves of a default route. */
  private static final int HALF = 1;

  private final List<IpPrefix> ours;
  private final int protocol;

  /**
   * @param ours the prefix and the pool
   * @param protocol the number that our routes are told by
   */
  AddressClash(List<IpPrefix> ours, int protocol) {
    this.ours = List.copyOf(ours);
    this.protocol = protocol;
  }

  /**
   * Refuses to begin where there is one.
   *
   * @param kernel whose addresses and routes are looked at
   * @param cluster whose pod CIDRs are, as far as they are known
   * @param serviceRanges where Services have their addresses, as far as that is known
   * @throws IOException that names the first one that is found
   */
  void refuse(
      RouteSocket kernel, Optional<ClusterSnapshot> cluster, Collection<IpPrefix> serviceRanges)
      throws IOException {
    Optional<String> found =
        with(cluster.map(AddressClash::podCidrs).orElse(List.of()), "a pod CIDR")
            .or(() -> with(serviceRanges, "a range of Services"))
            .or(() -> with(addresses(kernel), "an address of this node"))
            .or(() -> with(routes(kernel), "a route of this node"));
    if (found.isPresent()) {
      throw new IOException(
          found.get() + ": --nat64-pool and --nat64-prefix have to be addresses of nobody");
    }
  }

  private static List<IpPrefix> podCidrs(ClusterSnapshot cluster) {
    return Stream.concat(cluster.self().stream(), cluster.peers().stream())
        .flatMap(node -> node.podCidrs().stream())
        .toList();
  }

  private Optional<String> with(Collection<IpPrefix> others, String what) {
    for (IpPrefix own : ours) {
      for (IpPrefix other : others) {
        if (own.overlaps(other)) {
          return Optional.of("%s overlaps %s, %s".formatted(own, other, what));
        }
      }
    }
    return Optional.empty();
  }

  private static List<IpPrefix> addresses(RouteSocket kernel) {
    return kernel.addresses().list().stream()
        .map(Address::address)
        .map(address -> new IpPrefix(address, AddressFamily.of(address).bits()))
        .toList();
  }

  private List<IpPrefix> routes(RouteSocket kernel) {
    return kernel.routes().list(RouteFilter.main()).stream()
        .filter(route -> route.protocol() != protocol)
        .filter(route -> route.type() == RouteConstants.RTN_UNICAST)
        .map(Route::destination)
        .filter(destination -> destination.length() > HALF)
        .toList();
  }
}
