package io.kindnet.kindnetd.routes;

import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import java.util.ArrayList;
import java.util.List;

/**
 * The routes to the pod CIDRs of this node itself: what no pod has is unreachable. Without them a
 * packet to such an address would follow the default route, and come back, since the others route
 * the CIDR to this node.
 */
final class OwnCidrRoutes {
  /** The worst metric there is: the route of a bridge to the whole CIDR comes before. */
  private static final int WORST_METRIC = -1;

  private OwnCidrRoutes() {}

  /** One for each of {@code cidrs}. */
  static List<Route> of(List<IpPrefix> cidrs) {
    List<Route> routes = new ArrayList<>(cidrs.size());
    for (IpPrefix cidr : cidrs) {
      routes.add(
          Route.ofType(cidr, RouteConstants.RTN_UNREACHABLE)
              .withMetric(WORST_METRIC)
              .withProtocol(PeerRoutes.RTPROT_KINDNETD));
    }
    return routes;
  }

  /** Whether {@code route}, one of kindnetd's, is such a route. */
  static boolean contain(Route route) {
    return route.type() == RouteConstants.RTN_UNREACHABLE;
  }
}
