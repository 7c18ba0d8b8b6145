package io.kindnet.kindnetd.routes;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which addresses are on a link of this machine, no router between, and on which: what the kernel
 * would answer, asked once for the whole cluster instead of once for each node.
 */
final class Reachability {
  private final Set<InetAddress> own = new HashSet<>();
  private final Map<IpPrefix, Route> best = new HashMap<>();
  private final Map<AddressFamily, NavigableSet<Integer>> lengths =
      new EnumMap<>(AddressFamily.class);

  /**
   * @param routes the main table, without the routes that are to be decided
   * @param addresses all addresses of this machine
   */
  Reachability(List<Route> routes, List<Address> addresses) {
    for (AddressFamily family : AddressFamily.values()) {
      lengths.put(family, new TreeSet<>());
    }
    for (Address address : addresses) {
      own.add(address.address());
    }
    for (Route route : routes) {
      best.merge(route.destination(), route, (one, two) -> two.metric() < one.metric() ? two : one);
      of(lengths, route.family()).add(route.destination().length());
    }
  }

  /** Whether {@code address} is this machine's own. */
  boolean isOwn(InetAddress address) {
    return own.contains(address);
  }

  /**
   * The index of the link that {@code address} is on; empty if a router leads to it, or nothing.
   */
  OptionalInt linkOf(InetAddress address) {
    for (int length : of(lengths, AddressFamily.of(address)).descendingSet()) {
      Route route = best.get(new IpPrefix(address, length));
      if (route != null) {
        return direct(route);
      }
    }
    return OptionalInt.empty();
  }

  private static OptionalInt direct(Route route) {
    if (route.type() != RouteConstants.RTN_UNICAST || route.nextHops().isEmpty()) {
      return OptionalInt.empty();
    }
    NextHop hop = route.nextHops().getFirst();
    return hop.gateway().isEmpty() ? OptionalInt.of(hop.linkIndex()) : OptionalInt.empty();
  }

  private static <T> T of(Map<AddressFamily, T> each, AddressFamily family) {
    return Objects.requireNonNull(each.get(family));
  }
}
