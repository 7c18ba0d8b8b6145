package io.kindnet.kindnetd.node;

import static io.kindnet.kindnetd.kube.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.kube.ClusterNodes;
import io.kindnet.kindnetd.metrics.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.MessageRecorder.Direction;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The agent in a network namespace, seen through {@code ip}. */
@NetworkNamespaces
class RouteAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final Status status = new Status("test");
  private final Namespace host;
  private final RouteSocket socket;
  private final RouteAgent agent;

  RouteAgentTest(Namespace host) {
    this.host = host;
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString())) {
      socket = RouteSocket.open(namespace);
    }
    agent = new RouteAgent(nodes, socket, status);
  }

  @BeforeEach
  void connect(Namespace network) {
    host.loopbackUp();
    host.connect("eth0", network, "host");
    Ip.batch(
        host,
        """
        address add 192.0.2.1/24 dev eth0
        address add 2001:db8::1/64 dev eth0 nodad
        """);
    nodes.put(
        clusterNode("self", List.of("10.244.0.0/24", "fd00::/64"), "192.0.2.1", "2001:db8::1"));
  }

  @AfterEach
  void stop() {
    agent.close();
    socket.close();
  }

  private void join(String name, int number) {
    nodes.put(
        clusterNode(
            name,
            List.of("10.244." + number + ".0/24", "fd00:" + number + "::/64"),
            "192.0.2." + number,
            "2001:db8::" + number));
  }

  /** {@code DESTINATION via GATEWAY} of each route with the agent's protocol number. */
  private Set<String> routes() throws IOException {
    Set<String> routes = new TreeSet<>();
    for (String family : List.of("-4", "-6")) {
      String listing = Ip.json(host, family, "route", "show", "proto", "75");
      for (JsonNode route : new ObjectMapper().readTree(listing)) {
        routes.add(route.get("dst").asText() + " via " + route.path("gateway").asText());
      }
    }
    return routes;
  }

  private void assertRoutes(String... expected) {
    Eventually.within(DEADLINE, () -> assertThat(routes()).containsExactlyInAnyOrder(expected));
  }

  private void start() {
    nodes.markComplete();
    agent.start();
  }

  @Test
  void followsNodesThatJoinChangeAndLeave() {
    start();
    join("a", 2);
    join("b", 3);
    assertRoutes(
        "10.244.2.0/24 via 192.0.2.2",
        "fd00:2::/64 via 2001:db8::2",
        "10.244.3.0/24 via 192.0.2.3",
        "fd00:3::/64 via 2001:db8::3");
    nodes.remove("b");
    assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    nodes.put(
        clusterNode("a", List.of("10.244.2.0/24", "fd00:2::/64"), "192.0.2.9", "2001:db8::9"));
    assertRoutes("10.244.2.0/24 via 192.0.2.9", "fd00:2::/64 via 2001:db8::9");
    nodes.put(
        clusterNode("a", List.of("10.244.7.0/24", "fd00:7::/64"), "192.0.2.9", "2001:db8::9"));
    assertRoutes("10.244.7.0/24 via 192.0.2.9", "fd00:7::/64 via 2001:db8::9");
    nodes.put(clusterNode("a", List.of("10.244.7.0/24"), "192.0.2.9"));
    assertRoutes("10.244.7.0/24 via 192.0.2.9");
  }

  @Test
  void givesACidrToItsNewestOwnerAndBackAgain() {
    start();
    join("old", 2);
    nodes.put(clusterNode("new", List.of("10.244.2.0/24"), "192.0.2.3"));
    assertRoutes("10.244.2.0/24 via 192.0.2.3", "fd00:2::/64 via 2001:db8::2");
    nodes.remove("new");
    assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    nodes.put(clusterNode("new", List.of("10.244.2.0/24"), "192.0.2.3"));
    nodes.remove("old");
    assertRoutes("10.244.2.0/24 via 192.0.2.3");
  }

  /** Otherwise one wrong pod CIDR takes this machine off its network. */
  @Test
  void keepsTheRoutesThatThisMachineItselfNeeds() {
    Ip.batch(
        host,
        """
        route add default via 192.0.2.254
        route add default via 2001:db8::ffff
        """);
    String before = host.run("ip", "-N", "route", "show") + host.run("ip", "-N", "-6", "route");
    nodes.put(
        clusterNode("wrong", List.of("192.0.2.0/24", "2001:db8::/64"), "192.0.2.7", "2001:db8::7"));
    nodes.put(clusterNode("wide", List.of("0.0.0.0/0", "::/0"), "192.0.2.8", "2001:db8::8"));
    join("right", 2);
    start();
    assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    nodes.remove("wrong");
    nodes.remove("wide");
    nodes.remove("right");
    assertRoutes();
    assertThat(host.run("ip", "-N", "route", "show") + host.run("ip", "-N", "-6", "route"))
        .isEqualTo(before);
  }

  @Test
  void cleansUpAfterAnEarlierRunAndLeavesOthersAlone() throws IOException {
    Ip.batch(
        host,
        """
        route add 10.244.8.0/24 via 192.0.2.8 proto 75
        route add 10.244.2.0/24 via 192.0.2.8 proto 75
        route add fd00:8::/64 via 2001:db8::8 proto 75
        route add fd00:2::/64 via 2001:db8::8 proto 75
        route add 10.244.3.0/24 via 192.0.2.3 proto static
        route add 172.16.0.0/16 via 192.0.2.8
        route add 10.244.0.5/32 dev eth0 proto 107
        """);
    join("a", 2);
    join("b", 3);
    agent.start();
    assertThat(routes()).as("nothing before the list of nodes is complete").hasSize(4);
    nodes.markComplete();
    assertRoutes(
        "10.244.2.0/24 via 192.0.2.2",
        "fd00:2::/64 via 2001:db8::2",
        "10.244.3.0/24 via 192.0.2.3",
        "fd00:3::/64 via 2001:db8::3");
    assertThat(Ip.run(host, "route", "show", "10.244.3.0/24").lines())
        .as("taken over, not doubled")
        .hasSize(1);
    assertThat(Ip.run(host, "route", "show", "172.16.0.0/16")).contains("via 192.0.2.8");
    assertThat(Ip.run(host, "route", "show", "10.244.0.5")).as("a pod's").contains("dev eth0");
  }

  @Test
  void routesOnlyWhatIsOnALink() {
    start();
    nodes.put(clusterNode("far", List.of("10.244.2.0/24"), "198.51.100.2"));
    join("near", 3);
    assertRoutes("10.244.3.0/24 via 192.0.2.3", "fd00:3::/64 via 2001:db8::3");
    Ip.run(host, "address", "add", "198.51.100.1/24", "dev", "eth0");
    assertRoutes(
        "10.244.2.0/24 via 198.51.100.2",
        "10.244.3.0/24 via 192.0.2.3",
        "fd00:3::/64 via 2001:db8::3");
    Ip.run(host, "route", "add", "198.51.100.2", "via", "192.0.2.254");
    assertRoutes("10.244.3.0/24 via 192.0.2.3", "fd00:3::/64 via 2001:db8::3");
    Ip.run(host, "route", "del", "198.51.100.2");
    assertRoutes(
        "10.244.2.0/24 via 198.51.100.2",
        "10.244.3.0/24 via 192.0.2.3",
        "fd00:3::/64 via 2001:db8::3");
  }

  @Test
  void repairsWhatOthersRemoveOrChange() {
    start();
    join("a", 2);
    String[] all = {"10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2"};
    assertRoutes(all);
    Ip.run(host, "route", "del", "10.244.2.0/24");
    assertRoutes(all);
    Ip.run(host, "-6", "route", "flush", "proto", "75");
    assertRoutes(all);
    Ip.run(host, "route", "replace", "10.244.2.0/24", "via", "192.0.2.77");
    assertRoutes(all);
    Ip.run(host, "route", "replace", "blackhole", "10.244.2.0/24");
    assertRoutes(all);
    Ip.run(host, "link", "set", "eth0", "down");
    assertRoutes();
    Ip.batch(
        host,
        """
        link set eth0 up
        address add 2001:db8::1/64 dev eth0 nodad
        """);
    assertRoutes(all);
  }

  /** As when a machine's address moves onto a bridge. */
  @Test
  void followsAnAddressToAnotherLink(Namespace network) {
    start();
    join("a", 2);
    assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    host.connect("eth1", network, "second");
    Ip.batch(
        host,
        """
        address del 192.0.2.1/24 dev eth0
        address add 192.0.2.1/24 dev eth1
        """);
    Eventually.within(
        DEADLINE,
        () -> assertThat(Ip.run(host, "route", "show", "10.244.2.0/24")).contains("dev eth1"));
  }

  /** As when an administrator changes the network of the nodes. */
  @Test
  void routesToNobodyWhoIsNotOnALinkAnyMore() {
    start();
    join("a", 2);
    String v4 = "10.244.2.0/24 via 192.0.2.2";
    String v6 = "fd00:2::/64 via 2001:db8::2";
    assertRoutes(v4, v6);
    Ip.run(host, "address", "del", "192.0.2.1/24", "dev", "eth0");
    assertRoutes(v6);
    Ip.run(host, "address", "add", "192.0.2.1/24", "dev", "eth0");
    assertRoutes(v4, v6);
    Ip.run(host, "-6", "route", "del", "2001:db8::/64", "dev", "eth0");
    assertRoutes(v4);
    Ip.run(host, "-6", "route", "add", "2001:db8::/64", "dev", "eth0");
    assertRoutes(v4, v6);
    Ip.run(host, "link", "del", "eth0");
    assertRoutes();
  }

  /** The kernel takes no gateway on a route of this scope, which only it can know. */
  @Test
  void makesTheOtherRoutesWhereTheKernelRefusesOne() throws IOException {
    Ip.run(host, "route", "add", "198.51.100.0/24", "dev", "eth0", "scope", "global");
    join("a", 2);
    nodes.put(clusterNode("odd", List.of("10.244.3.0/24"), "198.51.100.3"));
    join("b", 4);
    start();
    String[] others = {
      "10.244.2.0/24 via 192.0.2.2",
      "fd00:2::/64 via 2001:db8::2",
      "10.244.4.0/24 via 192.0.2.4",
      "fd00:4::/64 via 2001:db8::4"
    };
    assertRoutes(others);
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(status.problems())
                .singleElement()
                .asString()
                .startsWith("routes replace route 10.244.3.0/24 via 198.51.100.3")
                .contains("ENETUNREACH")
                .endsWith("for node odd"));
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(MetricsPage.of(status))
                .as("it is tried again, and nobody is blamed")
                .doesNotContainPattern("kindnet_pass_failures_total.agent=\"routes\". [01]\\.")
                .contains(
                    "kindnet_repairs_total{agent=\"routes\"} 0.0",
                    "kindnet_routes{family=\"ipv4\"} 2.0",
                    "kindnet_unrouted_pod_cidrs 1.0",
                    "kindnet_ready{agent=\"routes\"} 0.0"));
    join("c", 5);
    Eventually.within(DEADLINE, () -> assertThat(routes()).contains("10.244.5.0/24 via 192.0.2.5"));
    nodes.remove("c");
    Ip.run(host, "route", "replace", "198.51.100.0/24", "dev", "eth0", "scope", "link");
    assertRoutes(others[0], others[1], others[2], others[3], "10.244.3.0/24 via 198.51.100.3");
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
  }

  @Test
  void writesNothingWhereAnEarlierRunHasMadeThousandsOfRoutes() throws IOException {
    for (int i = 0; i < 2000; i++) {
      String number = i / 250 + "." + i % 250;
      nodes.put(
          clusterNode(
              "node" + i,
              List.of("10." + number + ".0/24", "fd01:0:0:" + Integer.toHexString(i) + "::/64"),
              "192.0.2." + (2 + i % 200),
              "2001:db8::" + Integer.toHexString(2 + i)));
    }
    start();
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
    agent.close();
    Set<String> made = routes();
    assertThat(made).hasSize(4000);
    Status later = new Status("test");
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString());
        RouteSocket laterSocket = RouteSocket.open(namespace);
        RouteAgent laterAgent = new RouteAgent(nodes, laterSocket, later)) {
      laterAgent.start();
      Eventually.within(DEADLINE, () -> assertThat(later.problems()).isEmpty());
      assertThat(laterSocket.requests().writes()).as("messages for a restart").isZero();
      assertThat(routes()).isEqualTo(made);

      nodes.put(clusterNode("node7", List.of("10.0.7.0/24"), "192.0.2.77"));
      Eventually.within(
          DEADLINE, () -> assertThat(routes()).contains("10.0.7.0/24 via 192.0.2.77"));
      Eventually.within(
          DEADLINE, () -> assertThat(routes()).doesNotContain("fd01:0:0:7::/64 via 2001:db8::9"));
      assertThat(laterSocket.requests().writes()).as("a route changed, a route gone").isEqualTo(2);
    }
  }

  @Test
  void costsWhatChanges() {
    for (int i = 2; i < 200; i++) {
      join("node" + i, i);
    }
    start();
    Eventually.within(DEADLINE, () -> assertThat(routes()).hasSize(2 * 198));
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
    MessageRecorder recorder = new MessageRecorder();
    socket.listener(recorder::datagram);
    join("another", 200);
    Eventually.within(DEADLINE, () -> assertThat(routes()).hasSize(2 * 199));
    assertThat(recorder.messages(Direction.SENT)).as("datagrams for one node").hasSize(1);
  }

  /** Listing the routes of all pods for each pod that comes or goes would cost their square. */
  @Test
  void looksAtNothingWhenPodsComeAndGo(Namespace pod) {
    start();
    join("a", 2);
    assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
    MessageRecorder recorder = new MessageRecorder();
    socket.listener(recorder::datagram);
    host.connect("knet1", pod, "eth0");
    Ip.batch(
        host,
        """
        address add 10.244.0.1/32 dev knet1
        address add fd00::1/128 dev knet1 nodad
        route add 10.244.0.5/32 dev knet1 proto 107
        route add fd00::5/128 dev knet1 proto 107
        """);
    Eventually.within(
        DEADLINE,
        () -> assertThat(Ip.run(host, "-6", "route", "show", "dev", "knet1")).contains("fe80::"));
    Ip.run(host, "link", "del", "knet1");
    // what is noticed comes after all that was there to be noticed before
    Ip.run(host, "route", "del", "10.244.2.0/24");
    assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    assertThat(recorder.messages(Direction.SENT))
        .as("one look at the kernel, routes and addresses of both families, and a repair")
        .hasSizeLessThanOrEqualTo(5);
  }

  @Test
  void removesItsRoutesWhenDisabled() throws IOException {
    start();
    join("a", 2);
    assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    agent.close();
    assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    agent.cleanRules();
    assertThat(routes()).isEmpty();
  }
}
