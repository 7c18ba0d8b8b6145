package io.kindnet.cni.portmap;

import static io.kindnet.netlink.route.RouteConstants.RTN_LOCAL;
import static io.kindnet.netlink.route.RouteConstants.RTPROT_STATIC;
import static io.kindnet.netlink.route.RouteConstants.RT_TABLE_LOCAL;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.sysctl.SysctlFile;
import io.kindnet.netlink.wire.NetlinkException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Lets the answers to the host's own loopback addresses come back by the interface of a pod. The
 * kernel refuses such packets from any interface but {@code lo}, for good reasons: see the guard in
 * {@link HostPortTable}.
 *
 * <ul>
 *   <li>IPv4 has a switch for it, the sysctl {@code net.ipv4.conf.IF.route_localnet}.
 *   <li>IPv6 looks for a local route to {@code ::1} of just that interface, and finds the one that
 *       is made here. What comes in with {@code ::1} in its header is dropped before any rule is
 *       asked; only answers that are translated back reach that route.
 * </ul>
 *
 * <p>Both go with the interface.
 */
final class LoopbackRouting {
  private static final InetAddress LOOPBACK_V6 = IpAddresses.parse("::1");

  /** Worse than the kernel's own route through {@code lo}, which has 0. */
  private static final int METRIC = 1024;

  /** Those that are made here; the kernel's own say that they are the kernel's. */
  private static final RouteFilter LOCAL_V6 =
      RouteFilter.all()
          .withFamily(AddressFamily.IPV6)
          .withTable(RT_TABLE_LOCAL)
          .withProtocol(RTPROT_STATIC);

  private LoopbackRouting() {}

  /** Opens the interface to the families in which {@code pod} answers on loopback addresses. */
  static void enable(PodHostPorts pod) throws CniException {
    String name = pod.interfaceOnHost();
    if (answers(pod, AddressFamily.IPV4)) {
      enableV4(name);
    }
    if (answers(pod, AddressFamily.IPV6)) {
      enableV6(name);
    }
  }

  /** As {@link #enable}, if the interface is there and up: for pods that nobody asked about. */
  static void enableIfPossible(PodHostPorts pod) {
    try {
      enable(pod);
    } catch (CniException | NetlinkException notPossible) {
      // one pod without its interface must not keep the others from their rules; CHECK tells of it
    }
  }

  /** What of {@link #enable} is not so any more, a sentence each. */
  static List<String> problems(PodHostPorts pod) {
    String name = pod.interfaceOnHost();
    List<String> problems = new ArrayList<>();
    if (answers(pod, AddressFamily.IPV4) && !isEnabledV4(name)) {
      problems.add("route_localnet of " + name + " is off");
    }
    if (answers(pod, AddressFamily.IPV6) && !isEnabledV6(name)) {
      problems.add("there is no local route to ::1 through " + name);
    }
    return problems;
  }

  /**
   * {@link #enable} for what of {@code pods} has lost it, with one listing for all of them.
   * Interfaces that are not there or not up are passed over.
   *
   * @return what was put back, a sentence each that says what was wrong
   */
  static List<String> restore(List<PodHostPorts> pods) throws CniException {
    Set<String> four = new LinkedHashSet<>();
    Set<String> six = new LinkedHashSet<>();
    for (PodHostPorts pod : pods) {
      if (answers(pod, AddressFamily.IPV4)) {
        four.add(pod.interfaceOnHost());
      }
      if (answers(pod, AddressFamily.IPV6)) {
        six.add(pod.interfaceOnHost());
      }
    }
    List<String> restored = new ArrayList<>();
    if (four.isEmpty() && six.isEmpty()) {
      return restored;
    }
    try (RouteSocket socket = RouteSocket.open()) {
      List<Route> routes = six.isEmpty() ? List.of() : socket.routes().list(LOCAL_V6);
      for (Link link : socket.links().list()) {
        if (link.isUp() && four.contains(link.name()) && !isEnabledV4(link.name())) {
          enableV4(link.name());
          restored.add("route_localnet of " + link.name() + " was off");
        }
        if (link.isUp() && six.contains(link.name()) && !contains(routes, route(link))) {
          addRoute(socket, link);
          restored.add("there was no local route to ::1 through " + link.name());
        }
      }
    }
    return restored;
  }

  private static boolean answers(PodHostPorts pod, AddressFamily family) {
    for (HostPort port : pod.ports()) {
      InetAddress address = port.hostIp();
      boolean loopback = address.isLoopbackAddress() || port.isForAnyAddress();
      if (loopback && AddressFamily.of(address) == family) {
        return true;
      }
    }
    return false;
  }

  private static void enableV4(String name) throws CniException {
    String sysctl = sysctl(name);
    try {
      if (!isEnabledV4(name)) {
        SysctlFile.write(sysctl, "1");
      }
    } catch (IOException refused) {
      throw new CniException(
          CniErrorCode.KERNEL_REFUSED,
          "cannot set " + SysctlFile.path(sysctl) + " to 1: " + refused.getMessage(),
          refused);
    }
  }

  private static boolean isEnabledV4(String name) {
    return SysctlFile.find(sysctl(name)).filter("1"::equals).isPresent();
  }

  private static String sysctl(String name) {
    return "ipv4/conf/" + name + "/route_localnet";
  }

  private static void enableV6(String name) {
    try (RouteSocket socket = RouteSocket.open()) {
      addRoute(socket, socket.links().byName(name));
    }
  }

  private static void addRoute(RouteSocket socket, Link link) {
    try {
      // beside those of other interfaces, which have the same metric
      socket.routes().append(route(link));
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.EEXIST) {
        throw refused;
      }
    }
  }

  private static boolean isEnabledV6(String name) {
    try (RouteSocket socket = RouteSocket.open()) {
      Optional<Link> link = socket.links().findByName(name);
      if (link.isEmpty()) {
        return false;
      }
      return contains(socket.routes().list(LOCAL_V6.withLink(link.get())), route(link.get()));
    }
  }

  private static boolean contains(List<Route> routes, Route wanted) {
    for (Route route : routes) {
      if (route.configuration().equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  private static Route route(Link link) {
    Route route = Route.ofType(IpPrefix.host(LOOPBACK_V6), RTN_LOCAL);
    return new Route(
        route.destination(),
        route.type(),
        RT_TABLE_LOCAL,
        route.protocol(),
        route.scope(),
        METRIC,
        route.mtu(),
        route.source(),
        List.of(NextHop.through(link.index())));
  }
}
