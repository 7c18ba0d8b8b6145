package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.RouteAttributes.RTA_OIF;
import static io.kindnet.netlink.route.RouteAttributes.RTA_PREFSRC;
import static io.kindnet.netlink.route.RouteAttributes.RTA_TABLE;
import static io.kindnet.netlink.route.RouteAttributes.RTM_F_FIB_MATCH;
import static io.kindnet.netlink.route.RouteConstants.isRefusal;
import static io.kindnet.netlink.route.Rtnetlink.RTM_DELROUTE;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWROUTE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_APPEND;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_REPLACE;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.BatchFailure;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one network namespace. Every method throws a {@link NetlinkException} that says
 * what was being done to which route, if the kernel refuses.
 */
public final class Routes {
  private static final int CREATE = NLM_F_CREATE | NLM_F_EXCL;
  private static final int APPEND = NLM_F_CREATE | NLM_F_APPEND;
  private static final int REPLACE = NLM_F_CREATE | NLM_F_REPLACE;

  private final NetlinkSocket socket;

  Routes(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Adds a route; {@code EEXIST} if there is one to the destination with the same metric. */
  public void add(Route route) {
    socket.request(RouteRequests.write("add", RTM_NEWROUTE, CREATE, route));
  }

  /**
   * Adds a route beside others to the destination with the same metric; {@code EEXIST} if there is
   * one that has the same next hop, too. In IPv6 a packet that came by a link, or must leave by it,
   * takes the one of that link.
   */
  public void append(Route route) {
    socket.request(RouteRequests.write("append", RTM_NEWROUTE, APPEND, route));
  }

  /**
   * Adds a route in place of the one to the destination with the same table and metric, whoever
   * made that.
   */
  public void replace(Route route) {
    socket.request(RouteRequests.write("replace", RTM_NEWROUTE, REPLACE, route));
  }

  /** Removes the route that is like {@code route} in every part; {@code ESRCH} if there is none. */
  public void delete(Route route) {
    socket.request(RouteRequests.write("delete", RTM_DELROUTE, 0, route));
  }

  /** Adds many routes at once. Returns those that the kernel refused; the others are there. */
  public List<RouteFailure> addAll(List<Route> routes) {
    return batch("add", RTM_NEWROUTE, CREATE, routes);
  }

  /** Replaces many routes at once. Returns those that the kernel refused. */
  public List<RouteFailure> replaceAll(List<Route> routes) {
    return batch("replace", RTM_NEWROUTE, REPLACE, routes);
  }

  /** Removes many routes at once. Returns those that the kernel refused; the others are gone. */
  public List<RouteFailure> deleteAll(List<Route> routes) {
    return batch("delete", RTM_DELROUTE, 0, routes);
  }

  /**
   * The routes that {@code filter} lets through, IPv4 first. A table that is not there is empty.
   */
  public List<Route> list(RouteFilter filter) {
    List<Route> routes = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      if (filter.family().isEmpty() || filter.family().get() == family) {
        for (NetlinkMessage message : dump(family, filter)) {
          routes.add(RouteReader.read(message));
        }
      }
    }
    return routes;
  }

  /**
   * The way to {@code destination}; empty if there is none, or a route refuses it.
   *
   * @see RouteLookup
   */
  public Optional<RouteLookup> lookup(InetAddress destination) {
    return lookup(destination, 0);
  }

  /** As {@link #lookup(InetAddress)} through one link, which a link-local destination needs. */
  public Optional<RouteLookup> lookup(InetAddress destination, int linkIndex) {
    NetlinkMessage answer = ask(RouteRequests.lookup(destination, linkIndex, 0));
    if (answer == null) {
      return Optional.empty();
    }
    RouteMessage info = RouteMessage.parse(answer);
    if (isRefusal(info.type())) {
      return Optional.empty();
    }
    Attributes attributes = answer.attributesAfter(RouteMessage.LENGTH);
    Attribute source = attributes.find(RTA_PREFSRC);
    Attribute table = attributes.find(RTA_TABLE);
    return Optional.of(
        new RouteLookup(
            destination,
            RouteReader.gateway(attributes),
            attributes.get(RTA_OIF).u32(),
            source == null ? Optional.empty() : Optional.of(source.address()),
            info.type(),
            table == null ? info.table() : table.u32()));
  }

  /**
   * The route that decides about packets of this host to {@code destination}, as {@code ip route
   * get fibmatch} shows it.
   *
   * @return empty if there is none, or if it refuses them
   */
  public Optional<Route> match(InetAddress destination) {
    NetlinkMessage answer = ask(RouteRequests.lookup(destination, 0, RTM_F_FIB_MATCH));
    return answer == null
        ? Optional.empty()
        : Optional.of(RouteReader.read(answer)).filter(route -> !isRefusal(route.type()));
  }

  /**
   * The route that takes what leaves the network, as the kernel decides it: of several the one with
   * the lowest metric whose link is alive; it may have several next hops. Asks for one route, not
   * for the table.
   *
   * @return empty where there is none
   */
  public Optional<Route> defaultRoute(AddressFamily family) {
    return bestDefault(family).map(DefaultRoute::route);
  }

  /** As {@link #defaultRoute}, with what it says of the size of packets. */
  Optional<DefaultRoute> bestDefault(AddressFamily family) {
    InetAddress outside = DefaultRoutes.outside(family);
    NetlinkMessage answer = ask(RouteRequests.lookup(outside, 0, RTM_F_FIB_MATCH));
    if (answer != null) {
      DefaultRoute found = DefaultRoute.read(answer);
      if (found.route().isDefault()) {
        return Optional.of(found);
      }
    }
    // no default route, or one to just that address: a list of bogons that are refused
    RouteFilter filter = RouteFilter.main().withFamily(family);
    List<DefaultRoute> routes = new ArrayList<>();
    for (NetlinkMessage message : dump(family, filter)) {
      if (RouteMessage.parse(message).destinationLength() == 0) {
        routes.add(DefaultRoute.read(message));
      }
    }
    return DefaultRoutes.best(routes);
  }

  /** The answer to a look-up; null where the destination cannot be reached. */
  private @Nullable NetlinkMessage ask(MessageWriter lookup) {
    return socket.find(lookup, Routes::isNoWay);
  }

  /** No route, or what routes of type unreachable, prohibit and blackhole answer. */
  private static boolean isNoWay(int error, boolean explained) {
    return switch (Errno.of(error)) {
      case ENETUNREACH, EHOSTUNREACH, EACCES -> true;
      // a kernel without IPv6
      case EAFNOSUPPORT, EOPNOTSUPP -> true;
      // a blackhole; a request that the kernel does not understand comes with an explanation
      case EINVAL -> !explained;
      default -> false;
    };
  }

  private List<NetlinkMessage> dump(AddressFamily family, RouteFilter filter) {
    try {
      return socket.dump(RouteRequests.list(family, filter));
    } catch (NetlinkException e) {
      if (e.errno() == Errno.ENOENT && filter.table() != 0) {
        return List.of(); // "FIB table does not exist": it comes with its first route
      }
      throw e;
    }
  }

  private List<RouteFailure> batch(String verb, int type, int flags, List<Route> routes) {
    List<RouteFailure> failures = new ArrayList<>();
    // what was sent need not be kept until the last is sent
    for (int from = 0; from < routes.size(); from += NetlinkSocket.BATCH_REQUESTS) {
      int to = Math.min(routes.size(), from + NetlinkSocket.BATCH_REQUESTS);
      List<MessageWriter> requests = new ArrayList<>(to - from);
      for (Route route : routes.subList(from, to)) {
        requests.add(RouteRequests.write(verb, type, flags, route));
      }
      for (BatchFailure failure : socket.batch(requests)) {
        failures.add(new RouteFailure(routes.get(from + failure.index()), failure.error()));
      }
    }
    return failures;
  }
}
