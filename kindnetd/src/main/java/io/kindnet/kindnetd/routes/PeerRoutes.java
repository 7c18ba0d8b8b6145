package io.kindnet.kindnetd.routes;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.status.Diagnostic;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one other node asks for: a route to each of its pod CIDRs, through its address of the same
 * family, where that is on a link of this machine.
 *
 * @param peer the node
 * @param routes those that are possible
 * @param unrouted the pod CIDRs that get no route
 * @param diagnostics why not
 */
record PeerRoutes(
    ClusterNode peer, List<Route> routes, List<IpPrefix> unrouted, List<Diagnostic> diagnostics) {
  /**
   * The protocol number of these routes, {@code rtm_protocol}: {@code K}, not assigned to anyone in
   * {@code linux/rtnetlink.h} and in {@code rt_protos} of iproute2. The routes to this node's pods,
   * which cni-kindnet makes, have another.
   */
  static final int RTPROT_KINDNETD = 'K';

  /** What IPv6 routes get that ask for no metric, {@code IP6_RT_PRIO_USER}. */
  private static final int IPV6_METRIC = 1024;

  static PeerRoutes of(ClusterNode peer, List<IpPrefix> ownCidrs, Reachability reachability) {
    List<Route> routes = new ArrayList<>();
    List<IpPrefix> unrouted = new ArrayList<>();
    List<Diagnostic> diagnostics = new ArrayList<>();
    for (IpPrefix cidr : peer.podCidrs()) {
      Optional<InetAddress> address =
          nextHop(peer.addresses(cidr.family()), ownCidrs, reachability);
      Optional<NextHop> hop = address.flatMap(reachability::nextHop);
      Optional<Diagnostic> obstacle = obstacle(cidr, ownCidrs, address, hop, reachability);
      if (hop.isPresent() && obstacle.isEmpty()) {
        routes.add(route(cidr, hop.get()));
      } else {
        unrouted.add(cidr);
        String what = "no route to pod CIDR " + cidr + " of node " + peer.name() + ": ";
        obstacle.ifPresent(diagnostic ->
            diagnostics.add(new Diagnostic(diagnostic.isWarning(), what + diagnostic.text())));
      }
    }
    return new PeerRoutes(
        peer, List.copyOf(routes), List.copyOf(unrouted), List.copyOf(diagnostics));
  }

  /** The first of {@code addresses} that can be one; else the first, which is why there is none. */
  private static Optional<InetAddress> nextHop(
      List<InetAddress> addresses, List<IpPrefix> ownCidrs, Reachability reachability) {
    for (InetAddress address : addresses) {
      if (!reachability.isOwn(address)
          && unreachable(address, ownCidrs, reachability).isEmpty()
          && reachability.nextHop(address).isPresent()) {
        return Optional.of(address);
      }
    }
    return addresses.stream().findFirst();
  }

  /** Which of this node's pod CIDRs, which are {@link OwnCidrRoutes unreachable}, hides it. */
  private static Optional<IpPrefix> unreachable(
      InetAddress address, List<IpPrefix> ownCidrs, Reachability reachability) {
    for (IpPrefix own : ownCidrs) {
      if (own.contains(address) && !reachability.knowsMoreThan(own, address)) {
        return Optional.of(own);
      }
    }
    return Optional.empty();
  }

  private static Optional<Diagnostic> obstacle(
      IpPrefix cidr,
      List<IpPrefix> ownCidrs,
      Optional<InetAddress> address,
      Optional<NextHop> hop,
      Reachability reachability) {
    for (IpPrefix own : ownCidrs) {
      if (own.overlaps(cidr)) {
        return Optional.of(new Diagnostic(true, "it overlaps " + own + ", this node's own"));
      }
    }
    if (address.isEmpty()) {
      String family = cidr.family() == AddressFamily.IPV4 ? "IPv4" : "IPv6";
      return Optional.of(new Diagnostic(false, "the node has no " + family + " address yet"));
    }
    if (reachability.isOwn(address.get())) {
      String text = "its address " + IpAddresses.format(address.get()) + " is this machine's own";
      return Optional.of(new Diagnostic(true, text));
    }
    Optional<IpPrefix> own = unreachable(address.get(), ownCidrs, reachability);
    if (own.isPresent()) {
      String text =
          "its address "
              + IpAddresses.format(address.get())
              + " is inside "
              + own.get()
              + ", this node's own";
      return Optional.of(new Diagnostic(true, text));
    }
    if (hop.isEmpty()) {
      String text =
          "its address "
              + IpAddresses.format(address.get())
              + " is not on a link of this machine, the infrastructure has to route";
      return Optional.of(new Diagnostic(false, text));
    }
    return Optional.empty();
  }

  private static Route route(IpPrefix cidr, NextHop hop) {
    int metric = cidr.family() == AddressFamily.IPV6 ? IPV6_METRIC : 0;
    return Route.via(cidr, hop).withProtocol(RTPROT_KINDNETD).withMetric(metric);
  }
}
