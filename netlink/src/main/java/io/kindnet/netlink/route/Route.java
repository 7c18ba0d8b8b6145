package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.RouteConstants.RTN_UNICAST;
import static io.kindnet.netlink.route.RouteConstants.RTPROT_STATIC;
import static io.kindnet.netlink.route.RouteConstants.RT_SCOPE_LINK;
import static io.kindnet.netlink.route.RouteConstants.RT_SCOPE_UNIVERSE;
import static io.kindnet.netlink.route.RouteConstants.RT_TABLE_MAIN;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A route, as asked for or as the kernel has it. A route is made with {@link #via} or {@link
 * #through} and the methods {@code with...}.
 *
 * <p>What one asked for equals what {@link Routes#list} says later, once {@link #configuration} has
 * taken the kernel's own flags away, except for what the kernel chose: the link of a gateway, and
 * the metric of an IPv6 route, 1024 where 0 was asked for.
 *
 * @param destination where the packets go
 * @param type {@code RTN_}, see {@link RouteConstants}
 * @param table the routing table; {@code RT_TABLE_MAIN} is 254
 * @param protocol who made it, {@code RTPROT_} or a number of one's own up to 255
 * @param scope {@code RT_SCOPE_}; always {@code UNIVERSE} in IPv6
 * @param metric the lower, the better, as an unsigned number; 0 is the best in IPv4
 * @param mtu the largest packet that takes it, in bytes; 0 for what the link lets through
 * @param source the address that the host's own packets get
 * @param nextHops none where the type needs none, several for a multipath route
 */
public record Route(
    IpPrefix destination,
    int type,
    int table,
    int protocol,
    int scope,
    int metric,
    int mtu,
    Optional<InetAddress> source,
    List<NextHop> nextHops) {
  /** Copies the list. */
  public Route {
    nextHops = List.copyOf(nextHops);
  }

  /** A route through a gateway, in the main table, with protocol {@code static}. */
  public static Route via(IpPrefix destination, NextHop... nextHops) {
    return new Route(
        destination,
        RTN_UNICAST,
        RT_TABLE_MAIN,
        RTPROT_STATIC,
        RT_SCOPE_UNIVERSE,
        0,
        0,
        Optional.empty(),
        List.of(nextHops));
  }

  /** A route to what is on the link itself: no gateway, in IPv4 with scope link. */
  public static Route through(IpPrefix destination, Link link) {
    Route route = via(destination, NextHop.through(link.index()));
    return destination.family() == AddressFamily.IPV4 ? route.withScope(RT_SCOPE_LINK) : route;
  }

  /** A route without a next hop: {@code RTN_BLACKHOLE}, {@code RTN_UNREACHABLE} and the like. */
  public static Route ofType(IpPrefix destination, int type) {
    return new Route(
        destination,
        type,
        RT_TABLE_MAIN,
        RTPROT_STATIC,
        RT_SCOPE_UNIVERSE,
        0,
        0,
        Optional.empty(),
        List.of());
  }

  /** The same in another table. */
  public Route withTable(int other) {
    return new Route(destination, type, other, protocol, scope, metric, mtu, source, nextHops);
  }

  /** The same by another maker, {@code RTPROT_}. */
  public Route withProtocol(int other) {
    return new Route(destination, type, table, other, scope, metric, mtu, source, nextHops);
  }

  /** The same with another scope, {@code RT_SCOPE_}. */
  public Route withScope(int other) {
    return new Route(destination, type, table, protocol, other, metric, mtu, source, nextHops);
  }

  /** The same with another metric. */
  public Route withMetric(int other) {
    return new Route(destination, type, table, protocol, scope, other, mtu, source, nextHops);
  }

  /** The same for packets of at most {@code bytes}. */
  public Route withMtu(int bytes) {
    return new Route(destination, type, table, protocol, scope, metric, bytes, source, nextHops);
  }

  /** The same with the source address of the host's own packets. */
  public Route withSource(InetAddress other) {
    return new Route(
        destination, type, table, protocol, scope, metric, mtu, Optional.of(other), nextHops);
  }

  /** The same without the flags that the kernel keeps: what was asked for when it was made. */
  public Route configuration() {
    List<NextHop> configured = new ArrayList<>(nextHops.size());
    boolean same = true;
    for (NextHop hop : nextHops) {
      NextHop asConfigured = hop.configuration();
      same &= asConfigured.flags() == hop.flags();
      configured.add(asConfigured);
    }
    return same
        ? this
        : new Route(destination, type, table, protocol, scope, metric, mtu, source, configured);
  }

  /** The family of the destination. */
  public AddressFamily family() {
    return destination.family();
  }

  /** The gateway, if there is exactly one next hop and it has one. */
  public Optional<InetAddress> gateway() {
    return nextHops.size() == 1 ? nextHops.getFirst().gateway() : Optional.empty();
  }

  /** Whether it takes what no other route takes: prefix length 0, and not to be refused. */
  public boolean isDefault() {
    return destination.length() == 0 && type == RTN_UNICAST;
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Route route
            && destination.equals(route.destination)
            && type == route.type
            && table == route.table
            && protocol == route.protocol
            && scope == route.scope
            && metric == route.metric
            && mtu == route.mtu
            && source.equals(route.source)
            && nextHops.equals(route.nextHops));
  }

  @Override
  public int hashCode() {
    return 31 * (31 * destination.hashCode() + metric) + nextHops.hashCode();
  }

  /** Destination and next hops as {@code ip} writes them, the rest where it is not usual. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (type != RTN_UNICAST) {
      text.append(RouteConstants.typeName(type)).append(' ');
    }
    text.append(destination);
    for (NextHop hop : nextHops) {
      text.append(nextHops.size() > 1 ? " nexthop " : " ").append(hop);
    }
    if (source.isPresent()) {
      text.append(" src ").append(IpAddresses.format(source.get()));
    }
    if (metric != 0) {
      text.append(" metric ").append(Integer.toUnsignedString(metric));
    }
    if (mtu != 0) {
      text.append(" mtu ").append(mtu);
    }
    if (table != RT_TABLE_MAIN) {
      text.append(" table ").append(table);
    }
    return text.toString();
  }
}
