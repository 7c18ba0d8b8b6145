package io.kindnet.kindnetd.routes;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvents;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the kernel's notifications that concern the routes to other nodes from those that do not:
 * pods come and go all the time, each with a link, addresses and routes of its own.
 */
final class RouteWatch implements AutoCloseable {
  /** What the routes stand on. */
  private static final class Interest {
    final Map<IpPrefix, Route> routes;
    final Set<Integer> links;
    private final List<ClusterNode> peers;
    // made for the first pod that comes or goes, by the thread that watches
    private @Nullable Set<InetAddress> addresses;

    Interest(RoutePlan plan) {
      routes = plan.routes();
      links = plan.links();
      peers = plan.nodes();
    }

    boolean isOfPeer(InetAddress address) {
      if (addresses == null) {
        addresses = HashSet.newHashSet(2 * peers.size());
        for (ClusterNode peer : peers) {
          addresses.addAll(peer.addresses());
        }
      }
      return addresses.contains(address);
    }
  }

  private final KernelWatch<RouteEvents.Batch> events;
  private final Consumer<RouteEvents.Batch> listener = this::see;
  private final Runnable changed;
  private volatile Interest interest = new Interest(RoutePlan.empty());

  /**
   * Listens to nothing yet.
   *
   * @param changed runs when the kernel has to be looked at; it must be quick
   */
  RouteWatch(KernelWatch<RouteEvents.Batch> events, Runnable changed) {
    this.events = events;
    this.changed = changed;
  }

  /** Listens from now on, on the thread that it returns. */
  Thread start() {
    return events.subscribe(listener);
  }

  /**
   * What is of interest from now on. To be called before the routes are changed: others may undo a
   * change as soon as it is made.
   */
  void expect(RoutePlan plan) {
    interest = new Interest(plan);
  }

  private void see(RouteEvents.Batch batch) {
    if (batch.lost() || batch.events().stream().anyMatch(this::concerns)) {
      changed.run();
    }
  }

  private boolean concerns(RouteEvent event) {
    Interest now = interest;
    return switch (event) {
      case RouteEvent.LinkChanged(var link) -> now.links.contains(link.index());
      case RouteEvent.LinkRemoved(var link) -> now.links.contains(link.index());
      case RouteEvent.PortChanged port -> false;
      case RouteEvent.AddressChanged(var address) ->
          now.links.contains(address.linkIndex()) || now.isOfPeer(address.address());
      case RouteEvent.AddressRemoved(var address) ->
          now.links.contains(address.linkIndex()) || now.isOfPeer(address.address());
      case RouteEvent.RouteChanged(var route) -> concerns(now, route, /* removed= */ false);
      case RouteEvent.RouteRemoved(var route) -> concerns(now, route, /* removed= */ true);
      // it may say which way the nodes are reached
      case RouteEvent.RuleChanged rule -> true;
    };
  }

  private static boolean concerns(Interest now, Route route, boolean removed) {
    IpPrefix destination = route.destination();
    if (route.table() == RouteConstants.RT_TABLE_LOCAL || isOfOneLink(destination)) {
      return false;
    }
    // policy rules may lead to other tables
    boolean isMain = route.table() == RouteConstants.RT_TABLE_MAIN;
    Route wanted = isMain ? now.routes.get(destination) : null;
    if (wanted != null) {
      return removed == wanted.equals(route.configuration());
    }
    // a route to one address, such as a pod's, only matters if that is a node's
    boolean isHost = destination.length() == destination.family().bits();
    return !RouteTable.isOwn(route) && (!isHost || now.isOfPeer(destination.address()));
  }

  /** The kernel makes one of these for each link that comes up, and no node is behind it. */
  private static boolean isOfOneLink(IpPrefix destination) {
    InetAddress address = destination.address();
    return address.isLinkLocalAddress() || address.isMulticastAddress();
  }

  @Override
  public void close() {
    events.unsubscribe(listener);
  }
}
