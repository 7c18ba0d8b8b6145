package io.kindnet.kindnetd.routes;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteFailure;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The kernel's routes, of which kindnetd's are a part, in the main table. */
final class RouteTable {
  private final RouteSocket socket;

  /**
   * The table at one moment.
   *
   * @param own kindnetd's routes, of this run and earlier ones, one for each destination
   * @param duplicates further routes of kindnetd to the same destinations
   * @param others the destinations of all others, also in the other tables, and of policy rules
   */
  record Listing(Map<IpPrefix, Route> own, List<Route> duplicates, Set<IpPrefix> others) {}

  RouteTable(RouteSocket socket) {
    this.socket = socket;
  }

  /** Whether kindnetd made it, in this run or an earlier one. */
  static boolean isOwn(Route route) {
    return route.protocol() == PeerRoutes.RTPROT_KINDNETD;
  }

  Listing list() {
    Listing listing =
        new Listing(new HashMap<>(), new ArrayList<>(), socket.rules().destinations());
    for (Route route : socket.routes().list(RouteFilter.all())) {
      if (route.table() != RouteConstants.RT_TABLE_MAIN || !isOwn(route)) {
        listing.others.add(route.destination());
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

  /** What tells which addresses are on a link, as {@code listing} has the routes. */
  Reachability reachability(Listing listing) {
    return new Reachability(
        listing.others(), socket.addresses().list(), address -> decisive(listing, address));
  }

  /**
   * The route that decides about {@code address}, but for kindnetd's own: whether a node is on a
   * link must not depend on what was made of it before.
   */
  private Optional<Route> decisive(Listing listing, InetAddress address) {
    Optional<Route> route = socket.routes().match(address);
    boolean hidden = route.isPresent() ? isOwn(route.get()) : isUnreachable(listing, address);
    return hidden ? mostSpecific(address) : route;
  }

  private static boolean isUnreachable(Listing listing, InetAddress address) {
    for (Route own : listing.own().values()) {
      if (OwnCidrRoutes.contain(own) && own.destination().contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Of the main table alone, and of all that is not kindnetd's. */
  private Optional<Route> mostSpecific(InetAddress address) {
    Route best = null;
    RouteFilter filter = RouteFilter.main().withFamily(AddressFamily.of(address));
    for (Route route : socket.routes().list(filter)) {
      if (!isOwn(route)
          && route.destination().contains(address)
          && (best == null || isBetter(route, best))) {
        best = route;
      }
    }
    return Optional.ofNullable(best);
  }

  private static boolean isBetter(Route route, Route best) {
    int lengths = Integer.compare(route.destination().length(), best.destination().length());
    return lengths != 0 ? lengths > 0 : Integer.compareUnsigned(route.metric(), best.metric()) < 0;
  }
}
