package io.kindnet.kindnetd.node;

import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFailure;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The kernel's main routing table, of which kindnetd's routes are a part. */
final class RouteTable {
  private final RouteSocket socket;

  /**
   * The table at one moment.
   *
   * @param own kindnetd's routes, of this run and earlier ones, one for each destination
   * @param doubles further routes of kindnetd to the same destinations
   * @param others all the others
   */
  record Listing(Map<IpPrefix, Route> own, List<Route> doubles, List<Route> others) {}

  RouteTable(RouteSocket socket) {
    this.socket = socket;
  }

  /** Whether kindnetd made it, in this run or an earlier one. */
  static boolean isOwn(Route route) {
    return route.protocol() == PeerRoutes.RTPROT_KINDNETD;
  }

  Listing list() {
    Listing listing = new Listing(new HashMap<>(), new ArrayList<>(), new ArrayList<>());
    for (Route route : socket.routes().list(RouteFilter.main())) {
      if (!isOwn(route)) {
        listing.others.add(route);
      } else if (listing.own.putIfAbsent(route.destination(), route.configuration()) != null) {
        listing.doubles.add(route.configuration());
      }
    }
    return listing;
  }

  /**
   * Makes {@code present} into {@code desired}, changes before removals, so that no destination is
   * without a route in between.
   *
   * @param doubles see {@link Listing#doubles}
   * @return what the kernel refused to make or to remove; the others are done
   */
  List<RouteFailure> apply(
      Map<IpPrefix, Route> present, List<Route> doubles, Map<IpPrefix, Route> desired) {
    List<Route> missing = new ArrayList<>();
    List<Route> stale = new ArrayList<>();
    desired.forEach((destination, route) -> {
      if (!route.equals(present.get(destination))) {
        missing.add(route);
      }
    });
    present.values().forEach(route -> addIfStale(stale, route, desired));
    doubles.forEach(route -> addIfStale(stale, route, desired));
    List<RouteFailure> failures = new ArrayList<>(socket.routes().replaceAll(missing));
    for (RouteFailure failure : socket.routes().deleteAll(stale)) {
      if (failure.error().errno() != Errno.ESRCH) {
        failures.add(failure);
      }
    }
    return failures;
  }

  /** A route is replaced by one with the same metric; any other has to be removed. */
  private static void addIfStale(List<Route> stale, Route route, Map<IpPrefix, Route> desired) {
    Route wanted = desired.get(route.destination());
    if (wanted == null || wanted.metric() != route.metric()) {
      stale.add(route);
    }
  }
}
