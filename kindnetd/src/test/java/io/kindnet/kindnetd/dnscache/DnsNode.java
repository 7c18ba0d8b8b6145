package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A node with a pod and a name server behind the addresses of two Services, which are translated as
 * kube-proxy does it.
 */
final class DnsNode implements AutoCloseable {
  static final InetAddress SERVICE_V4 = InetAddress.ofLiteral("10.96.0.10");
  static final InetAddress SERVICE_V6 = InetAddress.ofLiteral("fd96::10");

  /** Of the other Service, whose answers no test has cached. */
  static final InetAddress DIRECT_V4 = InetAddress.ofLiteral("10.96.0.20");

  static final InetAddress DIRECT_V6 = InetAddress.ofLiteral("fd96::20");
  static final InetAddress SERVER_V4 = InetAddress.ofLiteral("10.244.9.53");
  static final InetAddress SERVER_V6 = InetAddress.ofLiteral("fd00:9::53");
  static final InetAddress POD_V4 = InetAddress.ofLiteral("10.244.0.5");
  static final InetAddress POD_V6 = InetAddress.ofLiteral("fd00::5");
  static final int SERVER_PORT = 5353;

  private static final String BRIDGE = "kind-br";
  private static final List<String> POD_LINKS = List.of("knet*", BRIDGE);

  private static final Pattern QUESTIONS =
      Pattern.compile("(?m)^kindnet_dns_cache_server_questions_total\\{.*} (\\d+)");

  private static final String KUBE_PROXY =
      """
      table inet kube-proxy {
        chain prerouting {
          type nat hook prerouting priority dstnat;
          jump services
        }
        chain output {
          type nat hook output priority -100;
          jump services
        }
        chain services {
          ip daddr { 10.96.0.10, 10.96.0.20 } meta l4proto { tcp, udp } th dport 53 dnat ip to 10.244.9.53:5353
          ip6 daddr { fd96::10, fd96::20 } meta l4proto { tcp, udp } th dport 53 dnat ip6 to [fd00:9::53]:5353
        }
        chain forward {
          type filter hook forward priority filter;
          ct state invalid drop
        }
      }
      """;

  final Namespace host;
  final Namespace pod;
  final Namespace outside;
  final NetworkNamespace namespace;
  final NftablesSocket nftables;
  final NftablesSocket addressNftables;
  final DomainAddresses domains;
  final RouteSocket routes;
  final KernelWatch<NftablesEvents.Events> tableEvents;
  final KernelWatch<RouteEvents.Batch> routeEvents;
  final Status status = new Status("test");
  private final List<AutoCloseable> parts = new ArrayList<>();

  /**
   * @param outside where the name server is
   * @param bridged whether the pod is on a bridge
   */
  DnsNode(Namespace host, Namespace pod, Namespace outside, boolean bridged) {
    this.host = host;
    this.pod = pod;
    this.outside = outside;
    host.loopbackUp();
    connect(host, pod, outside, bridged);
    Nft.apply(host, KUBE_PROXY);
    namespace = NetworkNamespace.open(host.path().toString());
    nftables = namespace.call(NftablesSocket::open);
    addressNftables = namespace.call(NftablesSocket::open);
    domains = new DomainAddresses(() -> addressNftables);
    routes = RouteSocket.open(namespace);
    tableEvents =
        KernelWatch.ofNftables(
            () -> namespace.call(() -> NftablesEvents.excludingOwn(nftables.portId())));
    routeEvents = KernelWatch.ofRoutes(routes);
  }

  private static void connect(Namespace host, Namespace pod, Namespace outside, boolean bridged) {
    String link = bridged ? BRIDGE : "knet00000001";
    if (bridged) {
      pod.connect("eth0", host, "veth00000001");
      Ip.batch(
          host,
          """
          link add kind-br type bridge
          link set kind-br up
          link set veth00000001 master kind-br
          """);
    } else {
      pod.connect("eth0", host, link);
    }
    outside.connect("eth0", host, "uplink");
    Ip.batch(
        host,
        """
        addr add 10.244.0.1/24 dev LINK
        addr add fd00::1/64 dev LINK nodad
        addr add 10.244.9.1/24 dev uplink
        addr add fd00:9::1/64 dev uplink nodad
        route add default via 10.244.9.53
        route add default via fd00:9::53
        """
            .replace("LINK", link));
    Ip.batch(
        pod,
        """
        addr add 10.244.0.5/24 dev eth0
        addr add fd00::5/64 dev eth0 nodad
        route add default via 10.244.0.1
        route add default via fd00::1
        """);
    Ip.batch(
        outside,
        """
        addr add 10.244.9.53/24 dev eth0
        addr add fd00:9::53/64 dev eth0 nodad
        route add default via 10.244.9.1
        route add default via fd00:9::1
        """);
    host.run(
        "sysctl",
        "-q",
        "-w",
        "net.ipv4.ip_forward=1",
        "net.ipv6.conf.all.forwarding=1",
        // what makes a look-up of the way back fail where it finds the wrong route
        "net.ipv4.conf.all.rp_filter=1",
        "net.ipv4.conf.default.rp_filter=1",
        "net.ipv4.conf.all.src_valid_mark=1");
  }

  /** Starts a name server at an address of the outside. */
  ScriptedServer server(InetAddress address) {
    return in(outside, () -> ScriptedServer.start(new InetSocketAddress(address, SERVER_PORT)));
  }

  /** A client in the pod. */
  DnsClient client() {
    return new DnsClient(pod);
  }

  /** An agent that was not started. */
  DnsCacheAgent agent(NameServers servers, boolean byPolicies) {
    return agent(servers, byPolicies, domains, status);
  }

  /** An agent that was not started, and that tells {@code addresses} of answers. */
  DnsCacheAgent agent(
      NameServers servers, boolean byPolicies, DomainAddresses addresses, Status status) {
    return new DnsCacheAgent(
        new DnsCacheOptions(/* enabled= */ true, List.of(), Duration.ofHours(1)),
        servers,
        byPolicies,
        addresses,
        POD_LINKS,
        routes,
        routeEvents,
        75,
        () -> nftables,
        tableEvents,
        status);
  }

  /** Closes an agent that was started. */
  void stop(DnsCacheAgent agent) {
    parts.remove(agent);
    agent.close();
  }

  /** Starts an agent, in the namespace of the host, that is closed with this. */
  DnsCacheAgent start(DnsCacheAgent agent) {
    parts.add(agent);
    return in(
        host,
        () -> {
          agent.start();
          return agent;
        });
  }

  /** How many questions the agent of this status has asked servers, without repetitions. */
  long questions() throws IOException {
    return questions(status);
  }

  /** As {@link #questions()}, of the agent with another status. */
  static long questions(Status status) throws IOException {
    return QUESTIONS
        .matcher(MetricsPage.of(status))
        .results()
        .mapToLong(line -> Long.parseLong(line.group(1)))
        .sum();
  }

  String table() {
    return Nft.withoutCounters(Nft.table(host, "inet", "kindnet-dnscache"));
  }

  /** Does work in a namespace. */
  static <T> T in(Namespace namespace, Work<T> work) {
    try (NetworkNamespace entered = NetworkNamespace.open(namespace.path().toString())) {
      return entered.call(() -> {
        try {
          return work.run();
        } catch (IOException failed) {
          throw new AssertionError(failed);
        }
      });
    }
  }

  /** What is done in a namespace. */
  interface Work<T> {
    T run() throws IOException;
  }

  @Override
  public void close() {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception failed) {
        throw new AssertionError(failed);
      }
    }
    routeEvents.close();
    tableEvents.close();
    routes.close();
    addressNftables.close();
    nftables.close();
    namespace.close();
  }
}
