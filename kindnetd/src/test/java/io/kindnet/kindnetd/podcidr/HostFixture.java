package io.kindnet.kindnetd.podcidr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.masq.MasqAgent;
import io.kindnet.kindnetd.masq.MasqOptions;
import io.kindnet.kindnetd.routes.RouteAgent;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A machine on the network 172.30.0.0/16 and fd00:172:30::/64, with its agents for routes and
 * masquerading. Its Node is {@code self}, the oldest one, with pods in 10.244.0.0/24 and fd00::/64.
 */
final class HostFixture implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Pattern ELEMENTS =
      Pattern.compile("noMasqV\\d \\{[^{}]*elements = \\{([^}]*)}");
  static final PodMarks MARKS = new PodMarks(Set.of(75, 107), "knet", "kind-br");

  final ClusterNodes nodes = new ClusterNodes("self");
  final Status status = new Status("test");
  final AcceptedNodes accepted;
  final RouteSocket socket;
  private final Namespace host;
  private final NetworkNamespace namespace;
  private final NftablesSocket nftables;
  private final KernelWatch<RouteEvents.Batch> routeEvents;
  private final KernelWatch<NftablesEvents.Events> nftablesEvents;
  private final PodCidrAgent agent;
  private final RouteAgent routing;
  private final MasqAgent masquerading;

  /**
   * @param network is where the machine's link leads to
   * @param resolver what stands for its resolv.conf
   * @param clusterCidrs as an operator declares them
   * @param apiServer its addresses
   */
  HostFixture(
      Namespace host,
      Namespace network,
      Path resolver,
      List<IpPrefix> clusterCidrs,
      String... apiServer) {
    this.host = host;
    host.loopbackUp();
    host.connect("eth0", network, "host");
    Ip.batch(
        host,
        """
        address add 172.30.1.1/16 dev eth0
        address add fd00:172:30::1:1/64 dev eth0 nodad
        route add default via 172.30.0.254
        route add default via fd00:172:30::fe
        """);
    namespace = NetworkNamespace.open(host.path().toString());
    socket = RouteSocket.open(namespace);
    routeEvents = KernelWatch.ofRoutes(socket);
    nftables = namespace.call(NftablesSocket::open);
    nftablesEvents =
        KernelWatch.ofNftables(
            () -> namespace.call(() -> NftablesEvents.excludingOwn(nftables.portId())));
    List<InetAddress> servers = Stream.of(apiServer).map(IpAddresses::parse).toList();
    accepted = new AcceptedNodes(nodes, new PodCidrOptions(clusterCidrs), servers);
    agent = new PodCidrAgent(accepted, socket, routeEvents, MARKS, resolver, status);
    routing = new RouteAgent(accepted, socket, routeEvents, status);
    masquerading =
        new MasqAgent(
            accepted,
            new MasqOptions(true, List.of()),
            List.of("knet*"),
            () -> nftables,
            nftablesEvents,
            status);
    join("self", 1, List.of("10.244.0.0/24", "fd00::/64"), "172.30.1.1", "fd00:172:30::1:1");
  }

  /** Starts the agents; the Nodes are not known yet. */
  void start() {
    agent.start();
    routing.start();
    masquerading.start();
  }

  /** Says that all Nodes are known, and starts the agents. */
  void startWithNodes() {
    nodes.markComplete();
    start();
  }

  /**
   * A Node joins or changes.
   *
   * @param age the older the smaller, up to 9
   */
  void join(String name, int age, List<String> podCidrs, String... addresses) {
    nodes.put(
        new ClusterNode(
            name,
            "2026-01-0" + age + "T00:00:00Z",
            podCidrs.stream().map(IpPrefix::parse).toList(),
            List.of(),
            Stream.of(addresses).map(IpAddresses::parse).toList(),
            ""));
  }

  /** A Node joins that wants nothing but its pods' routes. */
  void joinPeer() {
    join("peer", 2, List.of("10.244.4.0/24", "fd00:1::/64"), "172.30.1.2", "fd00:172:30::1:2");
  }

  /** A young Node joins, on the same network, that claims {@code podCidrs}. */
  void joinHostile(String... podCidrs) {
    join("hostile", 9, List.of(podCidrs), "172.30.1.9", "fd00:172:30::1:9");
  }

  /** The destinations of the routes to other nodes with the agent's protocol number. */
  Set<String> routes() throws IOException {
    Set<String> routes = new TreeSet<>();
    for (String family : List.of("-4", "-6")) {
      String listing = Ip.json(host, family, "route", "show", "proto", "75", "type", "unicast");
      for (JsonNode route : new ObjectMapper().readTree(listing)) {
        routes.add(route.get("dst").asText());
      }
    }
    return routes;
  }

  /**
   * Waits until there are these routes and no others of the agent, and the same is unmasqueraded.
   */
  void assertReached(String... cidrs) {
    Eventually.within(DEADLINE, () -> assertThat(routes()).containsExactlyInAnyOrder(cidrs));
    Set<String> unmasqueraded = new TreeSet<>(List.of(cidrs));
    unmasqueraded.addAll(List.of("10.244.0.0/24", "fd00::/64"));
    Eventually.within(DEADLINE, () -> assertThat(unmasqueraded()).isEqualTo(unmasqueraded));
  }

  /** What is in the sets of masquerading. */
  private Set<String> unmasqueraded() {
    Matcher elements = ELEMENTS.matcher(Nft.table(host, "inet", "kindnet-ipmasq"));
    Set<String> cidrs = new TreeSet<>();
    while (elements.find()) {
      cidrs.addAll(List.of(elements.group(1).strip().split(",\\s*")));
    }
    return cidrs;
  }

  /** What is left out of {@code name}, each with its reason. */
  List<String> leftOut(String name) {
    return accepted.snapshot().orElseThrow().peers().stream()
        .filter(peer -> peer.name().equals(name))
        .flatMap(peer -> peer.leftOut().stream())
        .map(cidr -> cidr.cidr() + ": " + cidr.reason())
        .toList();
  }

  @Override
  public void close() {
    masquerading.close();
    routing.close();
    agent.close();
    routeEvents.close();
    nftablesEvents.close();
    nftables.close();
    socket.close();
    namespace.close();
  }
}
