package io.kindnet.kindnetd.routes;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import java.net.InetAddress;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which addresses are on a link of this machine, no router between, and on which: what the kernel
 * says of them ({@code ip route get}), policy rules, tables, metrics and links without carrier
 * included.
 *
 * <p>It is asked once for all addresses about which it must say the same, not once for each node.
 * Of an address it only looks at which prefixes of routes and rules contain it. If the longest of
 * them is the same for two addresses, so are all: a shorter one that contains this longest one
 * contains both addresses, and one that does not contain it contains neither.
 */
final class Reachability {
  private final Set<InetAddress> own = new HashSet<>();
  private final Set<IpPrefix> prefixes = new HashSet<>();
  private final Map<AddressFamily, NavigableSet<Integer>> lengths =
      new EnumMap<>(AddressFamily.class);
  private final Function<InetAddress, Optional<Route>> kernel;
  // the answers so far, by the longest prefix
  private final Map<IpPrefix, Optional<NextHop>> answers = new HashMap<>();

  /**
   * @param prefixes the destinations of all routes, of all tables, and of all policy rules, without
   *     the routes that are to be decided
   * @param addresses all addresses of this machine
   * @param kernel gives the route that decides about an address, empty if there is none; asked by
   *     the thread that asks this
   */
  Reachability(
      Collection<IpPrefix> prefixes,
      Collection<Address> addresses,
      Function<InetAddress, Optional<Route>> kernel) {
    for (AddressFamily family : AddressFamily.values()) {
      lengths.put(family, new TreeSet<>());
    }
    for (Address address : addresses) {
      own.add(address.address());
    }
    for (IpPrefix prefix : prefixes) {
      this.prefixes.add(prefix);
      of(lengths, prefix.family()).add(prefix.length());
    }
    this.kernel = kernel;
  }

  /** Whether {@code address} is this machine's own. */
  boolean isOwn(InetAddress address) {
    return own.contains(address);
  }

  /**
   * The next hop for what is behind {@code address}: the address itself, through the link that it
   * is on; empty if a router leads to it, or nothing.
   */
  Optional<NextHop> nextHop(InetAddress address) {
    return longest(address)
        .flatMap(
            prefix -> answers.computeIfAbsent(prefix, unknown -> direct(kernel.apply(address))))
        .map(link -> via(address, link));
  }

  /**
   * Whether a route or a rule is about {@code address} that is at least as long as {@code cidr}.
   */
  boolean knowsMoreThan(IpPrefix cidr, InetAddress address) {
    return longest(address).map(prefix -> prefix.length() >= cidr.length()).orElse(false);
  }

  private Optional<IpPrefix> longest(InetAddress address) {
    for (int length : of(lengths, AddressFamily.of(address)).descendingSet()) {
      IpPrefix prefix = new IpPrefix(address, length);
      if (prefixes.contains(prefix)) {
        return Optional.of(prefix);
      }
    }
    return Optional.empty();
  }

  private static NextHop via(InetAddress address, NextHop link) {
    NextHop hop = NextHop.via(address, link.linkIndex());
    return (link.flags() & NextHop.RTNH_F_ONLINK) == 0 ? hop : hop.onlink();
  }

  /** The link, with the flag that its next hops need. */
  private static Optional<NextHop> direct(Optional<Route> found) {
    if (found.isEmpty() || !leadsToLink(found.get())) {
      return Optional.empty();
    }
    Route route = found.get();
    for (NextHop hop : route.nextHops()) {
      if (hop.isAlive()) {
        if (hop.gateway().isPresent()) {
          return Optional.empty();
        }
        NextHop link = NextHop.through(hop.linkIndex());
        return Optional.of(isOfWiderScope(route) ? link.onlink() : link);
      }
    }
    return Optional.empty();
  }

  /** A broadcast address is on a link, too; that it is no next hop, the kernel says itself. */
  private static boolean leadsToLink(Route route) {
    return route.type() == RouteConstants.RTN_UNICAST
        || route.type() == RouteConstants.RTN_BROADCAST;
  }

  /**
   * Of an IPv4 route whose scope is not the link, though it has no router, the kernel takes no next
   * hop unless it is told that it is on the link.
   */
  private static boolean isOfWiderScope(Route route) {
    return route.family() == AddressFamily.IPV4 && route.scope() < RouteConstants.RT_SCOPE_LINK;
  }

  private static <T> T of(Map<AddressFamily, T> each, AddressFamily family) {
    return Objects.requireNonNull(each.get(family));
  }
}
