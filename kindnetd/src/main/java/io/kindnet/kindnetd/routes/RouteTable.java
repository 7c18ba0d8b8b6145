package io.kindnet.kindnetd.routes;

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
   * @param duplicates further routes of kindnetd to the same destinations
   * @param others all the others
   */
  record Listing(Map<IpPrefix, Route> own, List<Route> duplicates, List<Route> others) {}

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
        listing.duplicates.add(route.configuration());
      }
    }
    return listing;
  }

  /**
   * Carries out {@code change}: what is to be made before what is to be removed, so that no
   * destination is without a route in between.
   *
   * @return what the kernel refused; the others are done
   */
  List<RouteFailure> apply(RouteChange change) {
    List<RouteFailure> failures = new ArrayList<>(socket.routes().replaceAll(change.wanted()));
    for (RouteFailure failure : socket.routes().deleteAll(change.stale())) {
      if (failure.error().errno() != Errno.ESRCH) {
        failures.add(failure);
      }
    }
    return failures;
  }
}
