package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.bpf.BpfProgram;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.BpfFilter;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.LinkChange;
import io.kindnet.netlink.route.MacAddress;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.route.VethPair;
import io.kindnet.netlink.sysctl.SysctlFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pair of links whose ends are both on the node: what is sent to the prefix by one end comes in
 * by the other one and is IPv4 from then on, what is sent to the pool by that one comes back as
 * IPv6. The routes lead there, and the programs do it.
 */
final class Nat64Links {
  /** The end of IPv6. */
  static final String IPV6_END = "knet-nat64";

  /** The end of IPv4. */
  static final String IPV4_END = "knet-nat64-v4";

  private static final String ALIAS = "kindnet: NAT64";
  private static final int MTU = 65535;

  /** One for both ends: what is sent by one is for the other one. It is not of any maker. */
  private static final MacAddress MAC = MacAddress.parse("02:00:00:00:64:04");

  private final RouteSocket socket;
  private final int protocol;
  private final IpPrefix prefix;
  private final IpPrefix pool;

  /**
   * @param protocol the number that our routes are told by
   */
  Nat64Links(RouteSocket socket, int protocol, IpPrefix prefix, IpPrefix pool) {
    this.socket = socket;
    this.protocol = protocol;
    this.prefix = prefix;
    this.pool = pool;
  }

  /** Whether {@code link} is one of the ends. */
  static boolean concerns(Link link) {
    return link.name().equals(IPV6_END) || link.name().equals(IPV4_END);
  }

  /** The numbers of the programs that translate now; none if nothing does. */
  List<Integer> programs() {
    List<Integer> ids = new ArrayList<>();
    for (String end : List.of(IPV6_END, IPV4_END)) {
      Optional<Link> link = socket.links().findByName(end);
      if (link.isPresent()) {
        socket.trafficControl().ingress(link.get()).forEach(filter -> ids.add(filter.programId()));
      }
    }
    return ids;
  }

  /**
   * Brings links, settings, routes and programs to where they have to be.
   *
   * @param podMtu the largest packet that pods take, in bytes
   * @return how many were not there
   */
  int ensure(TranslationPrograms programs, int podMtu) throws IOException {
    int changes = ensurePair();
    Link ipv6 = socket.links().byName(IPV6_END);
    Link ipv4 = socket.links().byName(IPV4_END);
    changes += ensureSettings();
    // programs first: without them, packets would go round and round
    changes += ensureProgram(ipv4, programs.toIpv4());
    changes += ensureProgram(ipv6, programs.toIpv6());
    for (Link end : List.of(ipv6, ipv4)) {
      if (!end.isUp()) {
        socket.links().change(end, LinkChange.nothing().up());
        changes++;
      }
    }
    changes += ensureRoute(ipv6, Route.through(prefix, ipv6));
    int fragmentMtu = podMtu - TranslationMtu.OF_A_FRAGMENT;
    changes += ensureRoute(ipv4, Route.through(pool, ipv4).withMtu(fragmentMtu));
    return changes;
  }

  private int ensurePair() {
    Optional<Link> ipv6 = socket.links().findByName(IPV6_END);
    Optional<Link> ipv4 = socket.links().findByName(IPV4_END);
    if (ipv6.isPresent() && ipv4.isPresent() && ipv6.get().peerIndex() == ipv4.get().index()) {
      return 0;
    }
    remove(socket);
    socket.links().create(VethPair.of(IPV6_END, IPV4_END).withMtu(MTU).withMacs(MAC, MAC));
    for (String end : List.of(IPV6_END, IPV4_END)) {
      Link link = socket.links().byName(end);
      socket.links().change(link, LinkChange.nothing().alias(ALIAS).withoutNeighbours());
      socket.trafficControl().addClsact(link);
    }
    return 1;
  }

  private static int ensureSettings() throws IOException {
    int changes = 0;
    changes += set("ipv6/conf/" + IPV6_END + "/disable_ipv6", "0");
    changes += set("ipv6/conf/" + IPV6_END + "/addr_gen_mode", "1");
    changes += set("ipv6/conf/" + IPV6_END + "/accept_ra", "0");
    changes += set("ipv6/conf/" + IPV4_END + "/disable_ipv6", "1");
    changes += set("ipv4/conf/" + IPV4_END + "/forwarding", "1");
    return changes;
  }

  /** Lets packets of IPv4 that come in by {@code link} be sent on. */
  static int forward(String link) throws IOException {
    return set("ipv4/conf/" + link + "/forwarding", "1");
  }

  private static int set(String name, String value) throws IOException {
    if (SysctlFile.read(name).equals(value)) {
      return 0;
    }
    SysctlFile.write(name, value);
    return 1;
  }

  private int ensureProgram(Link end, BpfProgram program) {
    List<BpfFilter> present = socket.trafficControl().ingress(end);
    int id = program.id();
    if (present.stream().anyMatch(filter -> filter.programId() == id)) {
      return 0;
    }
    if (present.isEmpty()) {
      socket.trafficControl().addClsact(end);
    }
    socket.trafficControl().setIngress(end, ALIAS, program.fd());
    return 1;
  }

  private int ensureRoute(Link end, Route route) {
    Route wanted = route.withProtocol(protocol);
    RouteFilter ours =
        RouteFilter.main().withFamily(route.family()).withProtocol(protocol).withLink(end);
    int changes = 0;
    boolean isThere = false;
    for (Route present : socket.routes().list(ours)) {
      if (present.configuration().withMetric(0).equals(wanted)) {
        isThere = true;
      } else {
        socket.routes().delete(present);
        changes++;
      }
    }
    if (!isThere) {
      socket.routes().add(wanted);
      changes++;
    }
    return changes;
  }

  /** Removes all of it. Returns whether there was any. */
  static boolean remove(RouteSocket socket) {
    boolean removed = false;
    for (String end : List.of(IPV6_END, IPV4_END)) {
      Optional<Link> link = socket.links().findByName(end);
      if (link.isPresent()) {
        socket.links().delete(link.get());
        removed = true;
      }
    }
    return removed;
  }
}
