package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kindnetd as a process on nodes that are namespaces, with an API server that they reach. */
@NetworkNamespaces
class KindnetdTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Namespace router;
  private final TestNetwork segment;
  private final Path directory;

  KindnetdTest(Namespace router, @TempDir Path directory) {
    this.router = router;
    this.segment = new TestNetwork(router);
    this.directory = directory;
  }

  private ApiServerProcess apiServer() {
    return ApiServerProcess.start(router, TestNetwork.ROUTER_V4, 8080);
  }

  private AgentProcess agent(Namespace namespace, int number, String... more) {
    return agent(namespace, number, List.of(), more);
  }

  /**
   * As the other one.
   *
   * @param wrapper a program that executes the rest of its arguments in its own place
   */
  private AgentProcess agent(
      Namespace namespace, int number, List<String> wrapper, String... more) {
    String address = "192.0.2." + number;
    Map<String, String> environment =
        Map.of("NODE_NAME", "node" + number, "HOST_IP", address, "POD_IP", address);
    String[] flags = new String[more.length + 3];
    flags[0] = "--master=http://" + TestNetwork.ROUTER_V4 + ":8080";
    flags[1] = "--cni-conf-dir=" + directory.resolve("node" + number);
    flags[2] = "--cni-socket=" + directory.resolve("node" + number + ".sock");
    System.arraycopy(more, 0, flags, 3, more.length);
    return AgentProcess.start(namespace, wrapper, environment, flags);
  }

  private static Node node(int number) {
    return Nodes.node(
        "node" + number,
        List.of("10.244." + number + ".0/24", "fd00:" + number + "::/64"),
        List.of("192.0.2." + number, "2001:db8::" + number));
  }

  private Path conflist(int number) {
    return directory.resolve("node" + number).resolve("10-kindnet.conflist");
  }

  private static String routes(Namespace node) {
    String listing =
        Ip.run(node, "-4", "route", "show", "proto", "75", "type", "unicast")
            + Ip.run(node, "-6", "route", "show", "proto", "75", "type", "unicast");
    return listing.replaceAll(" (dev|metric|pref) \\w+", "").replace(" \n", "\n");
  }

  private static void awaitReady(AgentProcess agent) {
    Eventually.within(
        DEADLINE, () -> assertThat(agent.get("/readyz")).as(agent.log()).endsWith("\nready\n"));
  }

  private static void awaitRoutes(Namespace node, String expected) {
    Eventually.within(DEADLINE, () -> assertThat(routes(node)).isEqualTo(expected));
  }

  @Test
  void nodesWaitJoinChangeLeaveAndComeBack(Namespace first, Namespace second) throws Exception {
    segment.plug(first, 1);
    segment.plug(second, 2);
    String toSecond = "10.244.2.0/24 via 192.0.2.2\nfd00:2::/64 via 2001:db8::2\n";
    try (AgentProcess one = agent(first, 1)) {
      Eventually.within(DEADLINE, () -> assertThat(one.log()).contains("waiting for the API"));
      assertThat(one.get("/healthz")).isEqualTo("ok\n");
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(one.get("/readyz"))
                  .contains("[-]nodes no list of Nodes from http://192.0.2.254:8080/")
                  .endsWith("not ready\n"));

      try (ApiServerProcess api = apiServer()) {
        api.apply(Nodes.node("node1", List.of(), List.of("192.0.2.1")));
        api.apply(node(2));
        awaitRoutes(first, toSecond);
        Eventually.within(
            DEADLINE,
            () ->
                assertThat(one.get("/readyz"))
                    .contains(
                        "[-]cni-configuration Node node1 has no pod CIDRs yet", "[+]routes ok"));
        assertThat(conflist(1)).doesNotExist();

        api.apply(node(1));
        awaitReady(one);
        assertThat(conflist(1)).content().contains("\"10.244.1.0/24\"", "\"fd00:1::/64\"");

        try (AgentProcess two = agent(second, 2)) {
          awaitReady(two);
          awaitRoutes(second, "10.244.1.0/24 via 192.0.2.1\nfd00:1::/64 via 2001:db8::1\n");
          api.apply(
              Nodes.node("node3", List.of("10.244.3.0/24"), List.of("192.0.2.3", "2001:db8::3")));
          awaitRoutes(first, toSecond.replace("fd00", "10.244.3.0/24 via 192.0.2.3\nfd00"));
          api.apply(Nodes.node("node3", List.of("10.244.9.0/24"), List.of("192.0.2.9")));
          awaitRoutes(first, toSecond.replace("fd00", "10.244.9.0/24 via 192.0.2.9\nfd00"));
          Eventually.within(
              DEADLINE,
              () ->
                  assertThat(Nft.table(second, "inet", "kindnet-ipmasq"))
                      .contains("10.244.9.0/24")
                      .doesNotContain("10.244.3.0/24"));
          api.apply(
              Nodes.node(
                  "node5", List.of("10.244.256.0/24", "fd00:5::/64"), List.of("2001:db8::5")));
          Eventually.within(
              DEADLINE,
              () ->
                  assertThat(routes(second))
                      .as("what is right of a node of which not all is")
                      .contains("fd00:5::/64 via 2001:db8::5"));
          Eventually.within(
              DEADLINE,
              () ->
                  assertThat(two.log())
                      .contains(
                          "pod CIDR 10.244.256.0/24 of node node5 is left out: it is not a CIDR"));
          api.delete(node(5));
          Eventually.within(DEADLINE, () -> assertThat(routes(second)).doesNotContain("fd00:5:"));
          assertThat(two.get("/metrics"))
              .contains(
                  "kindnet_routes{family=\"ipv4\"} 2.0", "kindnet_ready{agent=\"nodes\"} 1.0");

          assertThat(one.stop("TERM")).as(one.log()).isZero();
          assertThat(routes(first)).as("routes stay").contains("10.244.9.0/24");
          assertThat(Nft.ruleset(first)).as("rules stay").contains("masquerade");
          assertThat(conflist(1)).exists();

          api.delete(node(3));
          // a shell starts what runs in its background with SIGINT ignored, these tests, too
          try (AgentProcess again = agent(first, 1, List.of("env", "--default-signal=INT"))) {
            awaitReady(again);
            awaitRoutes(first, toSecond);
            assertThat(again.stop("INT")).as(again.log()).isZero();
          }
          assertThat(two.stop("TERM")).as(two.log()).isZero();
        }
      }
    }
  }

  @Test
  void stopsAtSigtermWhereSigintIsIgnored(Namespace first) throws Exception {
    segment.plug(first, 1);
    try (ApiServerProcess api = apiServer();
        AgentProcess agent = agent(first, 1, List.of("env", "--ignore-signal=INT"))) {
      api.apply(node(1));
      awaitReady(agent);
      first.run("kill", "-INT", String.valueOf(agent.pid()));
      assertThat(agent.stop("TERM")).as(agent.log()).isZero();
      assertThat(conflist(1)).exists();
    }
  }

  @Test
  void writesNothingWhereAnEarlierRunHasDoneAll(Namespace first) throws Exception {
    segment.plug(first, 1);
    try (ApiServerProcess api = apiServer()) {
      api.apply(node(1));
      api.apply(node(2));
      try (AgentProcess agent = agent(first, 1)) {
        awaitReady(agent);
        assertThat(agent.get("/metrics"))
            .contains("kindnet_netlink_messages_total{family=\"route\",kind=\"read\"}")
            .doesNotContain("kind=\"write\"} 0.0");
        assertThat(agent.stop("TERM")).isZero();
      }
      String rules = Nft.withoutCounters(Nft.ruleset(first));
      try (AgentProcess agent = agent(first, 1)) {
        awaitReady(agent);
        assertThat(agent.get("/metrics"))
            .contains(
                "kindnet_netlink_messages_total{family=\"route\",kind=\"write\"} 0.0",
                "kindnet_netlink_messages_total{family=\"netfilter\",kind=\"write\"} 0.0");
        assertThat(routes(first))
            .isEqualTo("10.244.2.0/24 via 192.0.2.2\nfd00:2::/64 via 2001:db8::2\n");
        assertThat(Nft.withoutCounters(Nft.ruleset(first))).isEqualTo(rules);
      }
    }
  }

  @Test
  void disabledMeansCleaned(Namespace first) throws Exception {
    segment.plug(first, 1);
    try (ApiServerProcess api = apiServer()) {
      api.apply(node(1));
      api.apply(node(2));
      try (AgentProcess agent = agent(first, 1)) {
        awaitReady(agent);
        assertThat(routes(first)).isNotEmpty();
        assertThat(Nft.ruleset(first)).contains("kindnet-network-policies", "kindnet-ipmasq");
        assertThat(agent.stop("TERM")).isZero();
      }
      try (AgentProcess agent =
          agent(
              first,
              1,
              "--disable-cni",
              "--masquerading=false",
              "--network-policy=false",
              "--fastpath-threshold=0")) {
        Eventually.within(
            DEADLINE,
            () ->
                assertThat(agent.get("/readyz"))
                    .isEqualTo("[+]conntrack ok\n[+]nodes ok\nready\n"));
        assertThat(routes(first)).isEmpty();
        assertThat(Nft.ruleset(first)).isEmpty();
        assertThat(conflist(1)).doesNotExist();
      }
    }
  }

  @Test
  void survivesARestartOfTheApiServer(Namespace first) {
    segment.plug(first, 1);
    try (AgentProcess agent = agent(first, 1)) {
      try (ApiServerProcess api = apiServer()) {
        api.apply(node(1));
        awaitReady(agent);
        // seen over the watch
        api.apply(node(2));
        awaitRoutes(first, "10.244.2.0/24 via 192.0.2.2\nfd00:2::/64 via 2001:db8::2\n");
      }
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(agent.get("/readyz"))
                  .as("what is in place stays")
                  .contains("[+]nodes ok, but the API server http://192.0.2.254:8080/ is lost")
                  .endsWith("\nready\n"));
      assertThat(agent.get("/metrics")).contains("kindnet_api_server_connected 0.0");
      assertThat(agent.get("/healthz")).isEqualTo("ok\n");
      try (ApiServerProcess api = apiServer()) {
        api.apply(Nodes.node("node4", List.of("10.244.4.0/24"), List.of("192.0.2.4")));
        Eventually.within(
            DEADLINE, () -> assertThat(routes(first)).contains("10.244.4.0/24 via 192.0.2.4"));
        // the routes come with the list, the watch after it
        Eventually.within(
            DEADLINE, () -> assertThat(agent.get("/readyz")).contains("[+]nodes ok\n"));
        Eventually.within(
            DEADLINE,
            () -> assertThat(agent.get("/metrics")).contains("kindnet_api_server_connected 1.0"));
      }
    }
  }

  @Test
  void podsKeepTheirAddressesInTheClusterAndTakeTheNodesOutside(
      Namespace first, Namespace second, Namespace podA, Namespace podB) {
    segment.plug(first, 1);
    segment.plug(second, 2);
    TestNetwork.addPod(first, 1, podA);
    TestNetwork.addPod(second, 2, podB);
    try (ApiServerProcess api = apiServer();
        AgentProcess one = agent(first, 1, "--no-masquerade-cidr=192.0.2.0/25");
        AgentProcess two = agent(second, 2);
        EchoPeer client = EchoPeer.in(podA, "a");
        EchoPeer server = EchoPeer.in(podB, "b");
        EchoPeer outside = EchoPeer.in(router, "outside")) {
      api.apply(node(1));
      api.apply(node(2));
      awaitReady(one);
      awaitReady(two);
      awaitRoutes(first, "10.244.2.0/24 via 192.0.2.2\nfd00:2::/64 via 2001:db8::2\n");
      awaitRoutes(second, "10.244.1.0/24 via 192.0.2.1\nfd00:1::/64 via 2001:db8::1\n");
      // one node may have been ready before it heard of the other, and masquerading is on its own
      for (Namespace node : List.of(first, second)) {
        awaitNotMasqueraded(node, "noMasqV4", "10.244.2.5");
        awaitNotMasqueraded(node, "noMasqV6", "fd00:2::5");
      }
      server.listen(Transport.TCP, "10.244.2.5", 80).listen(Transport.TCP, "fd00:2::5", 80);
      outside
          .listen(Transport.TCP, TestNetwork.ROUTER_V4, 80)
          .listen(Transport.UDP, TestNetwork.ROUTER_V6, 80);
      assertSeen(client, EchoRequest.tcp("10.244.2.5", 80), "b", "10.244.1.5");
      assertSeen(client, EchoRequest.tcp("fd00:2::5", 80), "b", "fd00:1::5");
      assertSeen(client, EchoRequest.tcp(TestNetwork.ROUTER_V4, 80), "outside", "192.0.2.1");
      assertSeen(client, EchoRequest.udp(TestNetwork.ROUTER_V6, 80), "outside", "2001:db8::1");
    }
  }

  private static void awaitNotMasqueraded(Namespace node, String set, String address) {
    String element = "inet kindnet-ipmasq " + set + " { " + address + " }";
    Eventually.within(DEADLINE, () -> node.run("nft", "get element " + element));
  }

  private static void assertSeen(
      EchoPeer client, EchoRequest request, String server, String address) {
    var reply = client.ask(request);
    assertThat(reply.server()).isEqualTo(server);
    assertThat(reply.peer()).isEqualTo(InetAddress.ofLiteral(address));
  }

  @Test
  void writesTheStandardChainWithTheMtuOfTheDefaultRoute(Namespace first) throws IOException {
    segment.plug(first, 1);
    Ip.run(first, "link", "set", "eth0", "mtu", "1440");
    try (ApiServerProcess api = apiServer();
        AgentProcess agent = agent(first, 1, "--cni-plugins=standard")) {
      api.apply(node(1));
      awaitReady(agent);
      assertThat(Files.readString(conflist(1)))
          .contains("\"type\": \"ptp\"", "\"mtu\": 1440", "\"type\": \"portmap\"");
    }
  }

  @Test
  void saysWhyItCannotStart(Namespace first) throws Exception {
    segment.plug(first, 1);
    try (AgentProcess agent = AgentProcess.start(first, Map.of(), "--cni-socket=")) {
      assertThat(agent.awaitExit()).isEqualTo(1);
      assertThat(agent.log()).contains("kindnetd: no API server: this is no pod");
    }
    try (AgentProcess agent = agent(first, 1);
        AgentProcess another = agent(first, 1)) {
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(agent.log() + another.log())
                  .contains("cannot listen on :19080: Address already in use"));
    }
  }
}
