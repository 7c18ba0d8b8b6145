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
import java.util.OptionalInt;

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
      Optional<InetAddress> address = nextHop(peer.addresses(cidr.family()), reachability);
      OptionalInt link =
          address.isPresent() ? reachability.linkOf(address.get()) : OptionalInt.empty();
      Optional<Diagnostic> obstacle = obstacle(cidr, ownCidrs, address, link, reachability);
      if (address.isPresent() && link.isPresent() && obstacle.isEmpty()) {
        routes.add(route(cidr, address.get(), link.getAsInt()));
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
      List<InetAddress> addresses, Reachability reachability) {
    for (InetAddress address : addresses) {
      if (!reachability.isOwn(address) && reachability.linkOf(address).isPresent()) {
        return Optional.of(address);
      }
    }
    return addresses.stream().findFirst();
  }

  private static Optional<Diagnostic> obstacle(
      IpPrefix cidr,
      List<IpPrefix> ownCidrs,
      Optional<InetAddress> address,
      OptionalInt link,
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
    if (link.isEmpty()) {
      String text =
          "its address "
              + IpAddresses.format(address.get())
              + " is not on a link of this machine, the infrastructure has to route";
      return Optional.of(new Diagnostic(false, text));
    }
    return Optional.empty();
  }

  private static Route route(IpPrefix cidr, InetAddress address, int link) {
    int metric = cidr.family() == AddressFamily.IPV6 ? IPV6_METRIC : 0;
    return Route.via(cidr, NextHop.via(address, link))
        .withProtocol(RTPROT_KINDNETD)
        .withMetric(metric);
  }
}
