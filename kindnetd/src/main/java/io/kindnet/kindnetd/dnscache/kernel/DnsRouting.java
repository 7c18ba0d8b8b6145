package io.kindnet.kindnetd.dnscache.kernel;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.route.FibRule;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Has the kernel take what the table {@link DnsTable} marks for packets to this machine: a policy
 * rule for each family, and a routing table with the name servers' addresses. It has them alone: a
 * look-up of the way back to a pod, which the kernel may do with the same mark
 * (net.ipv4.conf.*.src_valid_mark), finds nothing there and goes on to the other tables.
 */
public final class DnsRouting {
  /** The routing table. */
  static final int TABLE = 10053;

  /** Before the rules of others that look at marks, behind that of this machine's addresses. */
  private static final int PRIORITY = 53;

  private final RouteSocket socket;
  private final int protocol;

  /**
   * @param socket the network namespace; stays the caller's to close
   * @param protocol the number that our routes and rules are told by
   */
  public DnsRouting(RouteSocket socket, int protocol) {
    this.socket = socket;
    this.protocol = protocol;
  }

  /** Whether {@code route} is one of those that are kept here. */
  public static boolean concerns(Route route) {
    return route.table() == TABLE;
  }

  /**
   * Makes rules and routes what they have to be.
   *
   * @return how many were to be added or removed
   */
  public int write(Collection<InetAddress> servers) {
    Set<Route> wanted = new HashSet<>();
    Set<FibRule> wantedRules = new HashSet<>();
    int loopback = socket.links().byName("lo").index();
    for (InetAddress server : servers) {
      wanted.add(route(server, loopback));
      wantedRules.add(rule(AddressFamily.of(server)));
    }
    return change(wanted, wantedRules);
  }

  /**
   * Removes rules and routes.
   *
   * @return how many there were
   */
  public int remove() {
    return change(Set.of(), Set.of());
  }

  private int change(Set<Route> wanted, Set<FibRule> wantedRules) {
    int changes = 0;
    List<FibRule> rules =
        socket.rules().list(protocol).stream().filter(rule -> rule.table() == TABLE).toList();
    for (FibRule rule : rules) {
      if (!wantedRules.contains(rule)) {
        socket.rules().delete(rule);
        changes++;
      }
    }
    List<Route> present = present();
    for (Route route : present) {
      if (!wanted.contains(withoutMetric(route))) {
        socket.routes().delete(route);
        changes++;
      }
    }
    List<Route> known = present.stream().map(DnsRouting::withoutMetric).toList();
    for (Route route : wanted) {
      if (!known.contains(route)) {
        socket.routes().add(route);
        changes++;
      }
    }
    for (FibRule rule : wantedRules) {
      if (!rules.contains(rule)) {
        socket.rules().add(rule);
        changes++;
      }
    }
    return changes;
  }

  private List<Route> present() {
    List<Route> routes = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      try {
        routes.addAll(socket.routes().list(RouteFilter.all().withFamily(family).withTable(TABLE)));
      } catch (KernelException refused) {
        // a kernel without the family
        if (refused.errno() != Errno.EAFNOSUPPORT && refused.errno() != Errno.EOPNOTSUPP) {
          throw refused;
        }
      }
    }
    return routes;
  }

  /** The kernel gives one to routes of IPv6 that are added without. */
  private static Route withoutMetric(Route route) {
    return route.configuration().withMetric(0);
  }

  private Route route(InetAddress server, int loopback) {
    int scope =
        AddressFamily.of(server) == AddressFamily.IPV4
            ? RouteConstants.RT_SCOPE_HOST
            : RouteConstants.RT_SCOPE_UNIVERSE;
    return new Route(
        new IpPrefix(server, AddressFamily.of(server).bits()),
        RouteConstants.RTN_LOCAL,
        TABLE,
        protocol,
        scope,
        0,
        0,
        Optional.empty(),
        List.of(NextHop.through(loopback)));
  }

  private FibRule rule(AddressFamily family) {
    return new FibRule(family, PRIORITY, DnsTable.MARK, DnsTable.MARK, TABLE, protocol);
  }
}
