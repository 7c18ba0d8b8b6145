package io.kindnet.kindnetd.node;

import io.kindnet.kindnetd.kube.ClusterNode;
import io.kindnet.kindnetd.kube.ClusterSnapshot;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The routes that this node should have: one to each pod CIDR of each other node, through that
 * node's address of the same family, where that is on a link of this machine.
 *
 * @param routes by destination
 * @param notes what an operator should know of pod CIDRs that get no route, or not the one that a
 *     node asks for
 * @param unrouted how many pod CIDRs get no route
 */
record RoutePlan(Map<IpPrefix, Route> routes, Set<Note> notes, int unrouted) {
  /**
   * The protocol number of these routes, {@code rtm_protocol}: {@code K}, not assigned to anyone in
   * {@code linux/rtnetlink.h} and in {@code rt_protos} of iproute2. The routes to this node's pods,
   * which cni-kindnet makes, have another.
   */
  static final int RTPROT_KINDNETD = 'K';

  /** What IPv6 routes get that ask for no metric, {@code IP6_RT_PRIO_USER}. */
  private static final int IPV6_METRIC = 1024;

  /**
   * A line for the log.
   *
   * @param isWarning whether something is wrong, and not only different from the usual
   */
  record Note(boolean isWarning, String text) {}

  static RoutePlan of(ClusterSnapshot snapshot, Reachability reachability) {
    Planner planner = new Planner(snapshot, reachability);
    planner.noteProvider();
    snapshot.peers().forEach(planner::addPeer);
    return new RoutePlan(Map.copyOf(planner.routes), Set.copyOf(planner.notes), planner.unrouted);
  }

  private static final class Planner {
    private final Map<IpPrefix, Route> routes = new LinkedHashMap<>();
    private final Map<IpPrefix, ClusterNode> owners = new LinkedHashMap<>();
    private final Set<Note> notes = new LinkedHashSet<>();
    private final Optional<ClusterNode> self;
    private final List<IpPrefix> ownCidrs;
    private final Reachability reachability;
    private int unrouted;

    Planner(ClusterSnapshot snapshot, Reachability reachability) {
      this.self = snapshot.self();
      this.ownCidrs = self.map(ClusterNode::podCidrs).orElse(List.of());
      this.reachability = reachability;
    }

    void noteProvider() {
      if (self.isPresent() && self.get().providerId().contains("aws")) {
        note(
            "this is an AWS instance: its source/destination check has to be disabled (kindnetd"
                + " does not do that), else the network drops packets of pods");
      }
    }

    void addPeer(ClusterNode peer) {
      for (IpPrefix cidr : peer.podCidrs()) {
        Optional<Route> route = route(peer, cidr);
        ClusterNode before = owners.put(cidr, peer);
        if (before != null) {
          warn(
              "pod CIDR "
                  + cidr
                  + " of node "
                  + before.name()
                  + " is now node "
                  + peer.name()
                  + "'s as well, the newer claim counts");
        }
        if (route.isPresent()) {
          routes.put(cidr, route.get());
        } else {
          routes.remove(cidr);
          unrouted++;
        }
      }
    }

    private Optional<Route> route(ClusterNode peer, IpPrefix cidr) {
      String what = "no route to pod CIDR " + cidr + " of node " + peer.name() + ": ";
      for (IpPrefix own : ownCidrs) {
        if (own.overlaps(cidr)) {
          warn(what + "it overlaps " + own + ", this node's own");
          return Optional.empty();
        }
      }
      Optional<InetAddress> address = peer.address(cidr.family());
      if (address.isEmpty()) {
        note(
            what
                + "the node has no "
                + (cidr.family() == AddressFamily.IPV4 ? "IPv4" : "IPv6")
                + " address yet");
        return Optional.empty();
      }
      String text = IpAddresses.format(address.get());
      if (reachability.isOwn(address.get())) {
        warn(what + "its address " + text + " is this machine's own");
        return Optional.empty();
      }
      OptionalInt link = reachability.linkOf(address.get());
      if (link.isEmpty()) {
        note(
            what
                + "its address "
                + text
                + " is not on a link of this machine, the"
                + " infrastructure has to route");
        return Optional.empty();
      }
      Route route = Route.via(cidr, NextHop.via(address.get(), link.getAsInt()));
      int metric = cidr.family() == AddressFamily.IPV6 ? IPV6_METRIC : 0;
      return Optional.of(route.withProtocol(RTPROT_KINDNETD).withMetric(metric));
    }

    private void note(String text) {
      notes.add(new Note(false, text));
    }

    private void warn(String text) {
      notes.add(new Note(true, text));
    }
  }
}
