package io.kindnet.kindnetd.node;

import static io.kindnet.kindnetd.node.RoutePlan.RTPROT_KINDNETD;

import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFailure;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The kernel's main routing table, of which kindnetd's routes are a part. */
final class RouteTable {
  private final RouteSocket socket;

  /**
   * The table at one moment.
   *
   * @param own the routes of kindnetd, of this run and earlier ones
   * @param others all the others
   */
  record Listing(List<Route> own, List<Route> others) {}

  RouteTable(RouteSocket socket) {
    this.socket = socket;
  }

  Listing list() {
    List<Route> own = new ArrayList<>();
    List<Route> others = new ArrayList<>();
    for (Route route : socket.routes().list(RouteFilter.main())) {
      if (isOwn(route)) {
        own.add(route.configuration());
      } else {
        others.add(route);
      }
    }
    return new Listing(own, others);
  }

  /** Whether kindnetd made it, in this run or an earlier one. */
  static boolean isOwn(Route route) {
    return route.protocol() == RTPROT_KINDNETD;
  }

  /**
   * Makes {@code present} into {@code desired}, changes before removals, so that no destination is
   * without a route in between.
   *
   * @throws IOException naming the first route that the kernel refused; the others are done
   */
  void apply(Collection<Route> present, Map<IpPrefix, Route> desired) throws IOException {
    List<Route> missing = new ArrayList<>();
    List<Route> stale = new ArrayList<>();
    Set<Route> there = new HashSet<>(present);
    for (Route route : desired.values()) {
      if (!there.contains(route)) {
        missing.add(route);
      }
    }
    for (Route route : present) {
      Route wanted = desired.get(route.destination());
      // replacing a route has removed the one with the same metric
      if (wanted == null || (!wanted.equals(route) && wanted.metric() != route.metric())) {
        stale.add(route);
      }
    }
    List<RouteFailure> failures = new ArrayList<>(socket.routes().replaceAll(missing));
    for (RouteFailure failure : socket.routes().deleteAll(stale)) {
      if (failure.error().errno() != Errno.ESRCH) {
        failures.add(failure);
      }
    }
    if (!failures.isEmpty()) {
      RouteFailure first = failures.getFirst();
      String more = failures.size() == 1 ? "" : " (and " + (failures.size() - 1) + " more)";
      throw new IOException(first.error().getMessage() + more, first.error());
    }
  }
}
