package io.kindnet.kindnetd.node;

import io.kindnet.kindnetd.kube.ClusterNode;
import io.kindnet.kindnetd.kube.ClusterSnapshot;
import io.kindnet.kindnetd.kube.Note;
import io.kindnet.kindnetd.kube.PeerChanges;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The routes that this node should have: a function of the cluster and of what is on this machine's
 * links. {@link #follow} brings a plan to where {@link #of} would get, at the cost of what changed.
 */
final class RoutePlan {
  private static final Note AWS =
      new Note(
          false,
          "this is an AWS instance: its source/destination check has to be disabled (kindnetd does"
              + " not do that), else the network drops packets of pods");

  private ClusterSnapshot snapshot;
  // what each other node asks for, by name
  private final Map<String, PeerRoutes> peers;
  // what comes of it, by destination; others read it, too
  private final Map<IpPrefix, Route> routes;
  private final Set<Integer> links = ConcurrentHashMap.newKeySet();
  private final Set<IpPrefix> withoutRoute = new HashSet<>();
  private final Set<Note> notes = new HashSet<>();
  private final Map<AddressFamily, Integer> counts = new EnumMap<>(AddressFamily.class);
  private int unrouted;
  // who claims what; only made where two claim the same
  private @Nullable Map<IpPrefix, String> owners;

  /**
   * What {@link #follow} did.
   *
   * @param routes what has to be done to the kernel's routes
   * @param gone what was to be said of nodes as they were
   * @param come what is to be said of nodes as they are
   */
  record Step(RouteChange routes, Set<Note> gone, Set<Note> come) {}

  /**
   * @param size of how many nodes
   */
  private RoutePlan(ClusterSnapshot snapshot, int size) {
    this.snapshot = snapshot;
    this.peers = HashMap.newHashMap(size);
    this.routes = new ConcurrentHashMap<>(2 * size);
    for (AddressFamily family : AddressFamily.values()) {
      counts.put(family, 0);
    }
  }

  /** Nothing at all. */
  static RoutePlan empty() {
    return new RoutePlan(new ClusterSnapshot(Optional.empty(), List.of()), 0);
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
    RoutePlan plan = new RoutePlan(snapshot, snapshot.peers().size());
    if (snapshot.self().map(self -> self.providerId().contains("aws")).orElse(false)) {
      plan.notes.add(AWS);
    }
    for (ClusterNode peer : snapshot.peers()) {
      PeerRoutes known = sameSelf ? before.peers.get(peer.name()) : null;
      plan.add(known != null && known.peer().equals(peer) ? known : plan.ask(peer, reachability));
    }
    return plan;
  }

  /**
   * Goes on to {@code now}, unless that takes more than a look at the nodes that changed: where
   * this machine's own Node did, or where nodes claim the same.
   *
   * @param reachability the one that the plan was made with
   * @return empty if the plan has to be made anew; this one is as it was
   */
  Optional<Step> follow(ClusterSnapshot now, Reachability reachability) {
    if (owners != null || !now.self().equals(snapshot.self())) {
      return Optional.empty();
    }
    PeerChanges changes = PeerChanges.between(snapshot.peers(), now.peers());
    if (hasRivals(changes)) {
      return Optional.empty();
    }
    RoutePlan gone = new RoutePlan(snapshot, changes.gone().size());
    for (ClusterNode peer : changes.gone()) {
      gone.add(Objects.requireNonNull(peers.get(peer.name())));
    }
    RoutePlan come = new RoutePlan(now, changes.come().size());
    for (ClusterNode peer : changes.come()) {
      come.add(come.ask(peer, reachability));
    }
    exchange(gone, come);
    snapshot = now;
    RouteChange change = RouteChange.between(gone.routes, List.of(), come.routes);
    return Optional.of(new Step(change, gone.notes, come.notes));
  }

  /** Whether a node claims what another one has. */
  private boolean hasRivals(PeerChanges changes) {
    Set<IpPrefix> free = new HashSet<>();
    for (ClusterNode peer : changes.gone()) {
      free.addAll(peer.podCidrs());
    }
    Set<IpPrefix> taken = new HashSet<>();
    for (ClusterNode peer : changes.come()) {
      for (IpPrefix cidr : peer.podCidrs()) {
        boolean claimed = routes.containsKey(cidr) || withoutRoute.contains(cidr);
        if (!taken.add(cidr) || (claimed && !free.contains(cidr))) {
          return true;
        }
      }
    }
    return false;
  }

  private void exchange(RoutePlan gone, RoutePlan come) {
    come.routes.values().forEach(this::put);
    for (IpPrefix destination : gone.routes.keySet()) {
      if (!come.routes.containsKey(destination)) {
        remove(destination);
      }
    }
    links.addAll(come.links);
    peers.keySet().removeAll(gone.peers.keySet());
    peers.putAll(come.peers);
    withoutRoute.removeAll(gone.withoutRoute);
    withoutRoute.addAll(come.withoutRoute);
    unrouted += come.unrouted - gone.unrouted;
    notes.removeAll(gone.notes);
    notes.addAll(come.notes);
  }

  private PeerRoutes ask(ClusterNode peer, Reachability reachability) {
    List<IpPrefix> ownCidrs = snapshot.self().map(ClusterNode::podCidrs).orElse(List.of());
    return PeerRoutes.of(peer, ownCidrs, reachability);
  }

  /** Adds what a node asks for, in the order of the claims. */
  private void add(PeerRoutes peer) {
    for (Route route : peer.routes()) {
      boolean rival = withoutRoute.contains(route.destination());
      noteConflict(peer, route.destination(), put(route), rival);
      for (NextHop hop : route.nextHops()) {
        links.add(hop.linkIndex());
      }
    }
    for (IpPrefix cidr : peer.unrouted()) {
      boolean rival = !withoutRoute.add(cidr) || routes.containsKey(cidr);
      // a node that has no address yet has no pods either: the older claim counts until then
      boolean isClaim = peer.peer().address(cidr.family()).isPresent();
      noteConflict(peer, cidr, isClaim ? remove(cidr) : null, rival);
    }
    unrouted += peer.unrouted().size();
    notes.addAll(peer.notes());
    peers.put(peer.peer().name(), peer);
    if (owners != null) {
      addClaims(owners, peer.peer());
    }
  }

  private @Nullable Route put(Route route) {
    Route before = routes.put(route.destination(), route);
    if (before == null) {
      counts.merge(route.family(), 1, Integer::sum);
    }
    return before;
  }

  private @Nullable Route remove(IpPrefix destination) {
    Route before = routes.remove(destination);
    if (before != null) {
      counts.merge(destination.family(), -1, Integer::sum);
    }
    return before;
  }

  private void noteConflict(PeerRoutes peer, IpPrefix cidr, @Nullable Route before, boolean rival) {
    if (before == null && !rival) {
      return;
    }
    String owner = owners().get(cidr);
    if (before != null && owner != null) {
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

  /** The last one that claimed each so far. */
  private Map<IpPrefix, String> owners() {
    if (owners == null) {
      owners = new HashMap<>();
      for (ClusterNode peer : snapshot.peers()) {
        if (peers.containsKey(peer.name())) {
          addClaims(owners, peer);
        }
      }
    }
    return owners;
  }

  private static void addClaims(Map<IpPrefix, String> owners, ClusterNode peer) {
    for (IpPrefix cidr : peer.podCidrs()) {
      owners.put(cidr, peer.name());
    }
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

  /** All other nodes. */
  List<ClusterNode> nodes() {
    return snapshot.peers();
  }

  /** The routes, by destination. May be read while the plan goes on. */
  Map<IpPrefix, Route> routes() {
    return Collections.unmodifiableMap(routes);
  }

  /** The indices of the links that the routes go through, or went at some time. */
  Set<Integer> links() {
    return Collections.unmodifiableSet(links);
  }

  /** What an operator should know of. */
  Set<Note> notes() {
    return Collections.unmodifiableSet(notes);
  }

  /** How many routes of each family there are. */
  Map<AddressFamily, Integer> counts() {
    return Collections.unmodifiableMap(counts);
  }

  /** How many pod CIDRs get no route. */
  int unrouted() {
    return unrouted;
  }
}
