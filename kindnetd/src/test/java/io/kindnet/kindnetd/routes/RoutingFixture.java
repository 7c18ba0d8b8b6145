package io.kindnet.kindnetd.routes;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A route agent on a machine with one network, where its own Node is 192.0.2.1 and 2001:db8::1. */
final class RoutingFixture implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  final ClusterNodes nodes = new ClusterNodes("self");
  final Status status = new Status("test");
  final RouteSocket socket;
  final RouteAgent agent;
  private final KernelWatch<RouteEvents.Batch> events;
  private final Namespace host;

  private RoutingFixture(Namespace host, RouteSocket socket) {
    this.host = host;
    this.socket = socket;
    this.events = KernelWatch.ofRoutes(socket);
    this.agent = new RouteAgent(nodes, socket, events, status);
  }

  /** Connects {@code host} to {@code network}; the agent is not started yet. */
  static RoutingFixture between(Namespace host, Namespace network) {
    host.loopbackUp();
    host.connect("eth0", network, "host");
    Ip.batch(
        host,
        """
        address add 192.0.2.1/24 dev eth0
        address add 2001:db8::1/64 dev eth0 nodad
        """);
    awaitQuiet(host);
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString())) {
      RoutingFixture fixture = new RoutingFixture(host, RouteSocket.open(namespace));
      fixture.nodes.put(
          clusterNode("self", List.of("10.244.0.0/24", "fd00::/64"), "192.0.2.1", "2001:db8::1"));
      return fixture;
    }
  }

  /**
   * What the kernel still does about a new link would be noticed by the agent, and looked after.
   */
  private static void awaitQuiet(Namespace host) {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Ip.run(host, "-6", "route", "show", "table", "local", "dev", "eth0"))
                .contains("local 2001:db8::1 ", "local fe80::"));
  }

  /** Says that all Nodes are known, and starts the agent. */
  void start() {
    nodes.markComplete();
    agent.start();
  }

  /** A Node joins with the pod CIDRs and addresses of {@code number}. */
  void join(String name, int number) {
    nodes.put(
        clusterNode(
            name,
            List.of("10.244." + number + ".0/24", "fd00:" + number + "::/64"),
            "192.0.2." + number,
            "2001:db8::" + number));
  }

  /** {@code DESTINATION via GATEWAY} of each of the agent's routes to other nodes. */
  Set<String> routes() throws IOException {
    Set<String> routes = new TreeSet<>();
    for (String family : List.of("-4", "-6")) {
      String listing = Ip.json(host, family, "route", "show", "proto", "75", "type", "unicast");
      for (JsonNode route : new ObjectMapper().readTree(listing)) {
        routes.add(route.get("dst").asText() + " via " + route.path("gateway").asText());
      }
    }
    return routes;
  }

  void assertRoutes(String... expected) {
    Eventually.within(DEADLINE, () -> assertThat(routes()).containsExactlyInAnyOrder(expected));
  }

  @Override
  public void close() {
    agent.close();
    events.close();
    socket.close();
  }
}
