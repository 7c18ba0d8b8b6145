package io.kindnet.kindnetd.routes;

import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What has to be done to the kernel's routes.
 *
 * @param wanted to be made, or to take the place of others to the same destinations
 * @param stale to be removed
 */
record RouteChange(List<Route> wanted, List<Route> stale) {
  /**
   * What makes {@code present} into {@code desired}.
   *
   * @param duplicates further routes to destinations in {@code present}
   */
  static RouteChange between(
      Map<IpPrefix, Route> present, List<Route> duplicates, Map<IpPrefix, Route> desired) {
    RouteChange change = new RouteChange(new ArrayList<>(), new ArrayList<>());
    for (Route route : desired.values()) {
      if (!route.equals(present.get(route.destination()))) {
        change.wanted.add(route);
      }
    }
    for (Route route : present.values()) {
      change.addIfStale(route, desired);
    }
    for (Route route : duplicates) {
      change.addIfStale(route, desired);
    }
    return change;
  }

  /** A route is replaced by one with the same metric; any other has to be removed. */
  private void addIfStale(Route route, Map<IpPrefix, Route> desired) {
    Route instead = desired.get(route.destination());
    if (instead == null || instead.metric() != route.metric()) {
      stale.add(route);
    }
  }
}
