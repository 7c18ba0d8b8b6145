package io.kindnet.kindnetd.podlinks;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvents;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the kernel's notifications that mean damage to the host's side of pods from those that come
 * with each ADD: an ADD only adds. What a DEL takes away looks like damage until the end of it,
 * when the link is gone, too.
 */
final class PodLinkWatch implements AutoCloseable {
  private static final IpPrefix LOOPBACK_V6 = IpPrefix.host(IpAddresses.parse("::1"));

  private final KernelWatch<RouteEvents.Batch> events;
  private final Consumer<RouteEvents.Batch> listener = this::see;
  private final Runnable damaged;
  private final Runnable lost;

  /** The host's ends of pods, and bridges that they are ports of, as they were last. */
  private final Map<Integer, Link> links = new HashMap<>();

  private final Set<Integer> bridges = new HashSet<>();

  /** Where the routes to pods lead. */
  private final Set<IpPrefix> destinations = new HashSet<>();

  /** What was told of since {@link #take}: a look at the kernel may have been too early for it. */
  private final Set<Integer> recentLinks = new HashSet<>();

  private final Set<IpPrefix> recentDestinations = new HashSet<>();

  private final Set<Integer> suspects = new HashSet<>();
  private boolean any;

  /**
   * Listens to nothing yet.
   *
   * @param damaged runs when there are suspects; it must be quick
   * @param lost runs when notifications were lost; it must be quick
   */
  PodLinkWatch(KernelWatch<RouteEvents.Batch> events, Runnable damaged, Runnable lost) {
    this.events = events;
    this.damaged = damaged;
    this.lost = lost;
  }

  /** Listens from now on, on the thread that it returns. */
  Thread start() {
    return events.subscribe(listener);
  }

  /** The suspects since the last time. To be called before the kernel is looked at. */
  synchronized Suspects take() {
    Suspects taken = new Suspects(Set.copyOf(suspects), any);
    suspects.clear();
    any = false;
    recentLinks.clear();
    recentDestinations.clear();
    return taken;
  }

  /**
   * How the links were when the kernel was looked at.
   *
   * @param podAddresses where the routes to pods lead
   */
  synchronized void know(Collection<Link> found, Collection<IpPrefix> podAddresses) {
    links.keySet().retainAll(recentLinks);
    bridges.retainAll(recentLinks);
    destinations.retainAll(recentDestinations);
    for (Link link : found) {
      links.put(link.index(), link);
      if (!isHostEnd(link)) {
        bridges.add(link.index());
      }
    }
    destinations.addAll(podAddresses);
  }

  private void see(RouteEvents.Batch batch) {
    boolean found;
    synchronized (this) {
      batch.events().forEach(this::judge);
      found = any || !suspects.isEmpty();
    }
    if (batch.lost()) {
      lost.run();
    }
    if (found) {
      damaged.run();
    }
  }

  private void judge(RouteEvent event) {
    switch (event) {
      case RouteEvent.LinkChanged(var link) -> changed(link);
      case RouteEvent.LinkRemoved(var link) -> removed(link);
      case RouteEvent.PortChanged(int port, boolean hairpin) -> portChanged(port, hairpin);
      case RouteEvent.AddressChanged added -> {}
      case RouteEvent.AddressRemoved(var address) -> suspect(address.linkIndex());
      case RouteEvent.RouteChanged(var route) -> routeChanged(route);
      case RouteEvent.RouteRemoved(var route) -> routeRemoved(route);
      case RouteEvent.RuleChanged rule -> {}
    }
  }

  private void changed(Link link) {
    Link before = links.get(link.index());
    if (before == null && !isHostEnd(link) && !bridges.contains(link.index())) {
      return;
    }
    if (isHostEnd(link) && link.masterIndex() != 0) {
      bridges.add(link.masterIndex());
      recentLinks.add(link.masterIndex());
    }
    if (before != null && isWorse(before, link)) {
      suspects.add(link.index());
    }
    links.put(link.index(), link);
    recentLinks.add(link.index());
  }

  /** Whether it has lost something that ADD gives. */
  private static boolean isWorse(Link before, Link now) {
    boolean otherMaster =
        before.masterIndex() != now.masterIndex() && (before.masterIndex() != 0 || before.isUp());
    boolean otherAlias = !before.alias().isEmpty() && !before.alias().equals(now.alias());
    return (before.isUp() && !now.isUp())
        || (before.findsNeighbours() && !now.findsNeighbours())
        || otherMaster
        || otherAlias
        || before.mtu() != now.mtu()
        || (before.hairpin() && !now.hairpin())
        || !before.name().equals(now.name());
  }

  private void removed(Link link) {
    links.remove(link.index());
    suspects.remove(link.index());
    if (bridges.remove(link.index())) {
      any = true;
    }
  }

  private void portChanged(int port, boolean hairpin) {
    Link before = links.get(port);
    if (before != null && before.hairpin() != hairpin) {
      if (before.hairpin()) {
        suspects.add(port);
      }
      links.put(port, before.withHairpin(hairpin));
    }
  }

  private void suspect(int linkIndex) {
    if (links.containsKey(linkIndex) || bridges.contains(linkIndex)) {
      suspects.add(linkIndex);
    }
  }

  private void routeRemoved(Route route) {
    if (isOurTable(route)) {
      for (NextHop hop : route.nextHops()) {
        suspect(hop.linkIndex());
      }
    }
  }

  /** Another's route to a pod stands where the pod's own was. */
  private void routeChanged(Route route) {
    if (route.table() != RouteConstants.RT_TABLE_MAIN) {
      return;
    }
    if (route.protocol() == HostNetwork.ROUTE_PROTOCOL) {
      destinations.add(route.destination());
      recentDestinations.add(route.destination());
    } else if (destinations.contains(route.destination()) && knownHop(route) == null) {
      any = true;
    }
  }

  private static boolean isOurTable(Route route) {
    return route.table() == RouteConstants.RT_TABLE_MAIN
        || (route.table() == RouteConstants.RT_TABLE_LOCAL
            && route.destination().equals(LOOPBACK_V6));
  }

  private @Nullable Link knownHop(Route route) {
    for (NextHop hop : route.nextHops()) {
      Link link = links.get(hop.linkIndex());
      if (link != null) {
        return link;
      }
    }
    return null;
  }

  private static boolean isHostEnd(Link link) {
    return link.name().startsWith(HostNetwork.LINK_PREFIX);
  }

  @Override
  public void close() {
    events.unsubscribe(listener);
  }
}
