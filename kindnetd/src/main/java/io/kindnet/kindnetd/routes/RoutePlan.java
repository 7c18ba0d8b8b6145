package io.kindnet.kindnetd.routes;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.kindnetd.status.Diagnostic;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The routes that this node should have, to the pods of others and to what of its own no pod has: a
 * function of the cluster and of what is on this machine's links.
 */
final class RoutePlan {
  private static final Diagnostic AWS =
      new Diagnostic(
          false,
          "this is an AWS instance: its source/destination check has to be disabled (kindnetd does"
              + " not do that), else the network drops packets of pods");

  private final ClusterSnapshot snapshot;
  // what each other node asks for, by name
  private final Map<String, PeerRoutes> peers;
  // what comes of it, by destination
  private final Map<IpPrefix, Route> routes;
  // the last node so far that claimed each pod CIDR
  private final Map<IpPrefix, String> owners;
  private final Set<Integer> links = new HashSet<>();
  private final Set<Diagnostic> diagnostics = new HashSet<>();
  private int unrouted;

  private RoutePlan(ClusterSnapshot snapshot) {
    int size = snapshot.peers().size();
    this.snapshot = snapshot;
    this.peers = HashMap.newHashMap(size);
    this.routes = HashMap.newHashMap(2 * size);
    this.owners = HashMap.newHashMap(2 * size);
  }

  /** Nothing at all. */
  static RoutePlan empty() {
    return new RoutePlan(new ClusterSnapshot(Optional.empty(), List.of()));
  }

  /** The plan for {@code snapshot}: what two nodes claim is the later one's. */
  static RoutePlan of(ClusterSnapshot snapshot, Reachability reachability) {
    return of(snapshot, reachability, empty());
  }

  /**
   * The same, but what a node asks for is taken from {@code before} where nothing changed.
   *
   * @param before a plan with the same reachability
   */
  static RoutePlan of(ClusterSnapshot snapshot, Reachability reachability, RoutePlan before) {
    boolean sameSelf = snapshot.self().equals(before.snapshot.self());
    List<IpPrefix> ownCidrs = snapshot.self().map(ClusterNode::podCidrs).orElse(List.of());
    RoutePlan plan = new RoutePlan(snapshot);
    for (Route route : OwnCidrRoutes.of(ownCidrs)) {
      plan.routes.put(route.destination(), route);
    }
    if (snapshot.self().map(self -> self.providerId().contains("aws")).orElse(false)) {
      plan.diagnostics.add(AWS);
    }
    for (ClusterNode peer : snapshot.peers()) {
      PeerRoutes known = sameSelf ? before.peers.get(peer.name()) : null;
      plan.add(
          known != null && known.peer().equals(peer)
              ? known
              : PeerRoutes.of(peer, ownCidrs, reachability));
    }
    return plan;
  }

  /** Adds what a node asks for, in the order of the claims. */
  private void add(PeerRoutes asked) {
    ClusterNode peer = asked.peer();
    for (Route route : asked.routes()) {
      noteConflict(peer, route.destination(), routes.put(route.destination(), route));
      for (NextHop hop : route.nextHops()) {
        links.add(hop.linkIndex());
      }
    }
    for (IpPrefix cidr : asked.unrouted()) {
      // a node that has no address yet has no pods either: the older claim counts until then
      if (peer.address(cidr.family()).isPresent()) {
        noteConflict(peer, cidr, routes.remove(cidr));
      }
    }
    unrouted += asked.unrouted().size();
    diagnostics.addAll(asked.diagnostics());
    peers.put(peer.name(), asked);
    for (IpPrefix cidr : peer.podCidrs()) {
      owners.put(cidr, peer.name());
    }
  }

  private void noteConflict(ClusterNode peer, IpPrefix cidr, @Nullable Route before) {
    if (before != null) {
      String text =
          "pod CIDR "
              + cidr
              + " of node "
              + owners.get(cidr)
              + " is now node "
              + peer.name()
              + "'s as well, the newer claim counts";
      diagnostics.add(new Diagnostic(true, text));
    }
  }

  /** The name of the node that {@code route} is for; empty if it is none of these. */
  Optional<String> ownerOf(Route route) {
    if (OwnCidrRoutes.contain(route)) {
      return snapshot.self().map(ClusterNode::name);
    }
    for (PeerRoutes peer : peers.values()) {
      if (peer.routes().contains(route)) {
        return Optional.of(peer.peer().name());
      }
    }
    return Optional.empty();
  }

  /** All other nodes. */
  List<ClusterNode> nodes() {
    return snapshot.peers();
  }

  /** The routes, those to this node's own pod CIDRs included, by destination. */
  Map<IpPrefix, Route> routes() {
    return Collections.unmodifiableMap(routes);
  }

  /** The indices of the links that the routes go through. */
  Set<Integer> links() {
    return Collections.unmodifiableSet(links);
  }

  /** What an operator should know of. */
  Set<Diagnostic> diagnostics() {
    return Collections.unmodifiableSet(diagnostics);
  }

  /** How many routes to pods of other nodes there are of each family. */
  Map<AddressFamily, Integer> counts() {
    Map<AddressFamily, Integer> counts = new EnumMap<>(AddressFamily.class);
    for (AddressFamily family : AddressFamily.values()) {
      counts.put(family, 0);
    }
    for (Route route : routes.values()) {
      if (!OwnCidrRoutes.contain(route)) {
        counts.merge(route.family(), 1, Integer::sum);
      }
    }
    return counts;
  }

  /** How many pod CIDRs get no route. */
  int unrouted() {
    return unrouted;
  }
}
