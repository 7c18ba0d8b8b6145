package io.kindnet.kindnetd.cleanup;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.portmap.NftablesHostPorts;
import io.kindnet.cni.portmap.TableProblem;
import io.kindnet.kindnetd.cniconfig.CniConfigurationAgent;
import io.kindnet.kindnetd.dnscache.DnsCacheAgent;
import io.kindnet.kindnetd.fastpath.FastPathAgent;
import io.kindnet.kindnetd.forwarding.ForwardAgent;
import io.kindnet.kindnetd.masq.MasqAgent;
import io.kindnet.kindnetd.nat64.Nat64Agent;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.kindnetd.packetlog.PacketLogAgent;
import io.kindnet.kindnetd.routes.RouteAgent;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.util.List;
import java.util.Optional;

/** Interfaces, routes and tables in the network namespace of the calling thread. */
final class KernelLeftovers {
  private static final List<Integer> PROTOCOLS =
      List.of(RouteAgent.ROUTE_PROTOCOL, HostNetwork.ROUTE_PROTOCOL);

  private KernelLeftovers() {}

  static void remove(Report report) {
    report.search(
        "interfaces and routes",
        () -> {
          try (RouteSocket socket = RouteSocket.open()) {
            removeLinks(socket, report);
            removeBridge(socket, report);
            report.remove("links and routes of NAT64", () -> Nat64Agent.removeLinks(socket));
            removeRoutes(socket, report);
            report.remove(
                "routes of DNS queries to this machine",
                () -> DnsCacheAgent.removeRoutes(socket, RouteAgent.ROUTE_PROTOCOL) > 0);
          }
        });
    report.search(
        "nftables tables",
        () -> {
          try (NftablesSocket nftables = NftablesSocket.open()) {
            report.remove("table " + MasqAgent.TABLE, () -> nftables.remove(MasqAgent.TABLE));
            report.remove("table " + PolicyTable.TABLE, () -> nftables.remove(PolicyTable.TABLE));
            report.remove(
                "table " + PacketLogAgent.TABLE, () -> nftables.remove(PacketLogAgent.TABLE));
            report.remove(
                "table " + FastPathAgent.TABLE, () -> nftables.remove(FastPathAgent.TABLE));
            report.remove(
                "table " + DnsCacheAgent.TABLE, () -> nftables.remove(DnsCacheAgent.TABLE));
            report.remove("table " + Nat64Agent.TABLE, () -> nftables.remove(Nat64Agent.TABLE));
            removeHostPorts(nftables, report);
            report.remove(
                "rules in chains of others", () -> ForwardAgent.removeRules(nftables) > 0);
          }
        });
  }

  /** The pods' ends go with them, and the routes to the pods. */
  private static void removeLinks(RouteSocket socket, Report report) {
    for (Link link : socket.links().list("veth")) {
      if (HostNetwork.isOwn(link)) {
        report.remove("interface " + link.name() + ", " + link.alias(), () -> remove(socket, link));
      }
    }
  }

  private static boolean remove(RouteSocket socket, Link link) {
    try {
      socket.links().delete(link);
      return true;
    } catch (KernelException refused) {
      if (refused.errno() == Errno.ENODEV) {
        return false; // its pod has gone
      }
      throw refused;
    }
  }

  /** It has nothing but its name to be told by: it stays if it is of use to others. */
  private static void removeBridge(RouteSocket socket, Report report) {
    Optional<Link> bridge =
        socket
            .links()
            .findByName(CniConfigurationAgent.BRIDGE)
            .filter(link -> link.kind().equals("bridge"));
    if (bridge.isEmpty()) {
      return;
    }
    String name = "bridge " + bridge.get().name();
    List<String> ports =
        socket.links().list().stream()
            .filter(link -> link.masterIndex() == bridge.get().index())
            .map(Link::name)
            .toList();
    if (ports.isEmpty()) {
      report.remove(name, () -> remove(socket, bridge.get()));
    } else {
      report.leave(name, "it has ports that are not kindnet's, " + String.join(", ", ports));
    }
  }

  private static void removeRoutes(RouteSocket socket, Report report) {
    for (int protocol : PROTOCOLS) {
      List<Route> routes = socket.routes().list(RouteFilter.main().withProtocol(protocol));
      for (Route route : routes) {
        report.remove("route to " + route, () -> remove(socket, route));
      }
    }
  }

  private static boolean remove(RouteSocket socket, Route route) {
    try {
      socket.routes().delete(route);
      return true;
    } catch (KernelException refused) {
      if (refused.errno() == Errno.ESRCH) {
        return false; // went with its interface
      }
      throw refused;
    }
  }

  /** One of the plugin's or of another version's; what else has that name is somebody's. */
  private static void removeHostPorts(NftablesSocket nftables, Report report) {
    Table table = NftablesHostPorts.TABLE;
    TableProblem problem = TableProblem.of(nftables.list());
    if (problem == null || problem.ofAnotherVersion()) {
      report.remove("table " + table, () -> nftables.remove(table));
    } else {
      report.leave("table " + table, problem.text());
    }
  }
}
