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
  static Optional<DefaultRoute> best(List<DefaultRoute> routes) {
    DefaultRoute best = null;
    for (DefaultRoute each : routes) {
      Route route = each.route();
      if (route.isDefault() && isAlive(route) && (best == null || isBetter(route, best.route()))) {
        best = each;
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * How large packets may be that take {@code found}: the smallest MTU of the links that it goes
   * through, and its own.
   *
   * @return empty if the links are gone
   */
  static OptionalInt mtu(Links links, DefaultRoute found) {
    int smallest = Integer.MAX_VALUE;
    for (NextHop hop : found.route().nextHops()) {
      OptionalInt mtu = links.mtu(hop.linkIndex(), found.route().family());
      if (hop.isAlive() && mtu.isPresent()) {
        smallest = Math.min(smallest, mtu.getAsInt());
      }
    }
    return smallest == Integer.MAX_VALUE
        ? OptionalInt.empty()
        : OptionalInt.of(Math.min(smallest, found.mtu().orElse(smallest)));
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
