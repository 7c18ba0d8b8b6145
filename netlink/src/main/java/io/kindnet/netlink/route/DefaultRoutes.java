package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Which route the packets to the outside take, and how large they may be. */
final class DefaultRoutes {
  /**
   * Addresses that nobody has, so that no route is there for them but the default: 240.0.0.0/4 is
   * reserved (RFC 1112), 4000::/3 is not assigned (RFC 4291).
   */
  private static final InetAddress OUTSIDE_V4 = IpAddresses.parse("240.0.0.1");

  private static final InetAddress OUTSIDE_V6 = IpAddresses.parse("4000::1");

  private DefaultRoutes() {}

  /** An address that only a default route leads to. */
  static InetAddress outside(AddressFamily family) {
    return family == AddressFamily.IPV4 ? OUTSIDE_V4 : OUTSIDE_V6;
  }

  /**
   * The default route with the lowest metric that has a next hop alive; the first of equal ones.
   */
  static Optional<Route> best(List<Route> routes) {
    Route best = null;
    for (Route route : routes) {
      if (route.isDefault() && isAlive(route) && (best == null || isBetter(route, best))) {
        best = route;
      }
    }
    return Optional.ofNullable(best);
  }

  /** The smallest MTU of the links that {@code route} goes through; empty if they are gone. */
  static OptionalInt mtu(Links links, Route route) {
    int smallest = Integer.MAX_VALUE;
    for (NextHop hop : route.nextHops()) {
      Optional<Link> link = links.findByIndex(hop.linkIndex());
      if (hop.isAlive() && link.isPresent()) {
        smallest = Math.min(smallest, link.get().mtu());
      }
    }
    return smallest == Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of(smallest);
  }

  private static boolean isBetter(Route route, Route best) {
    return Integer.compareUnsigned(route.metric(), best.metric()) < 0;
  }

  private static boolean isAlive(Route route) {
    for (NextHop hop : route.nextHops()) {
      if (hop.isAlive()) {
        return true;
      }
    }
    return false;
  }
}
