package io.kindnet.kindnetd.node;

import io.kindnet.kindnetd.kube.ClusterNode;
import io.kindnet.kindnetd.kube.ClusterSnapshot;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Route;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The routes that this node should have.
 *
 * @param peers what each other node asks for, by name
 * @param routes what comes of it, by destination
 * @param notes what an operator should know of
 * @param unrouted how many pod CIDRs get no route
 */
record RoutePlan(
    Map<String, PeerRoutes> peers, Map<IpPrefix, Route> routes, Set<Note> notes, int unrouted) {
  private static final Note AWS =
      new Note(
          false,
          "this is an AWS instance: its source/destination check has to be disabled (kindnetd does"
              + " not do that), else the network drops packets of pods");

  /** Nothing at all. */
  static RoutePlan empty() {
    return new RoutePlan(Map.of(), Map.of(), Set.of(), 0);
  }

  /** The plan for {@code snapshot}. */
  static RoutePlan of(ClusterSnapshot snapshot, Reachability reachability) {
    return of(snapshot, reachability, empty());
  }

  /**
   * The same, but what a node asks for is taken from {@code before} where the node is the same.
   *
   * @param before a plan with the same reachability and own pod CIDRs
   */
  static RoutePlan of(ClusterSnapshot snapshot, Reachability reachability, RoutePlan before) {
    List<IpPrefix> ownCidrs = snapshot.self().map(ClusterNode::podCidrs).orElse(List.of());
    Merger merger = new Merger(snapshot);
    for (ClusterNode peer : snapshot.peers()) {
      PeerRoutes known = before.peers.get(peer.name());
      merger.add(
          known != null && known.peer().equals(peer)
              ? known
              : PeerRoutes.of(peer, ownCidrs, reachability));
    }
    return merger.plan();
  }

  /** The name of the node that {@code route} is for; empty if it is none of these. */
  Optional<String> ownerOf(Route route) {
    for (PeerRoutes peer : peers.values()) {
      if (peer.routes().contains(route)) {
        return Optional.of(peer.peer().name());
      }
    }
    return Optional.empty();
  }

  /** Puts together what the nodes ask for, in the order of their claims. */
  private static final class Merger {
    private final ClusterSnapshot snapshot;
    private final Map<String, PeerRoutes> peers;
    private final Map<IpPrefix, Route> routes;
    private final Set<Note> notes = new HashSet<>();
    // who claims what; only made where two claim the same
    private @Nullable Map<IpPrefix, String> owners;
    private int unrouted;

    Merger(ClusterSnapshot snapshot) {
      this.snapshot = snapshot;
      this.peers = HashMap.newHashMap(snapshot.peers().size());
      this.routes = HashMap.newHashMap(2 * snapshot.peers().size());
      if (snapshot.self().map(self -> self.providerId().contains("aws")).orElse(false)) {
        notes.add(AWS);
      }
    }

    void add(PeerRoutes peer) {
      for (Route route : peer.routes()) {
        noteConflict(peer, route.destination(), routes.put(route.destination(), route));
      }
      for (IpPrefix cidr : peer.unrouted()) {
        // a node that has no address yet has no pods either: the older claim counts until then
        if (peer.peer().address(cidr.family()).isPresent()) {
          noteConflict(peer, cidr, routes.remove(cidr));
        }
      }
      unrouted += peer.unrouted().size();
      notes.addAll(peer.notes());
      peers.put(peer.peer().name(), peer);
      if (owners != null) {
        addClaims(owners, peer.peer());
      }
    }

    private void noteConflict(PeerRoutes peer, IpPrefix cidr, @Nullable Route before) {
      String owner = before == null ? null : owner(cidr);
      if (owner != null) {
        String text =
            "pod CIDR "
                + cidr
                + " of node "
                + owner
                + " is now node "
                + peer.peer().name()
                + "'s as well, the newer claim counts";
        notes.add(new Note(true, text));
      }
    }

    /** The last one that claimed {@code cidr} so far. */
    private @Nullable String owner(IpPrefix cidr) {
      if (owners == null) {
        owners = new HashMap<>();
        for (ClusterNode peer : snapshot.peers()) {
          if (peers.containsKey(peer.name())) {
            addClaims(owners, peer);
          }
        }
      }
      return owners.get(cidr);
    }

    private static void addClaims(Map<IpPrefix, String> owners, ClusterNode peer) {
      for (IpPrefix cidr : peer.podCidrs()) {
        owners.put(cidr, peer.name());
      }
    }

    RoutePlan plan() {
      return new RoutePlan(
          Collections.unmodifiableMap(peers),
          Collections.unmodifiableMap(routes),
          Collections.unmodifiableSet(notes),
          unrouted);
    }
  }
}
