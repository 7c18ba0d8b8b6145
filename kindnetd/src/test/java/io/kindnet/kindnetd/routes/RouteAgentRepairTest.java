package io.kindnet.kindnetd.routes;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.RouteEvents;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the agent does about what it finds in the kernel, and what that costs. */
@NetworkNamespaces
class RouteAgentRepairTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Namespace host;
  private final RoutingFixture fixture;

  RouteAgentRepairTest(Namespace host, Namespace network) {
    this.host = host;
    fixture = RoutingFixture.between(host, network);
  }

  @AfterEach
  void stop() {
    fixture.close();
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
    fixture.join("a", 2);
    fixture.join("b", 3);
    fixture.agent.start();
    assertThat(fixture.routes()).as("nothing before the list of nodes is complete").hasSize(4);
    fixture.nodes.markComplete();
    fixture.assertRoutes(
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
  void repairsWhatOthersRemoveOrChange() {
    fixture.start();
    fixture.join("a", 2);
    String[] all = {"10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2"};
    fixture.assertRoutes(all);
    Ip.run(host, "route", "del", "10.244.2.0/24");
    fixture.assertRoutes(all);
    Ip.run(host, "-6", "route", "flush", "proto", "75");
    fixture.assertRoutes(all);
    Ip.run(host, "route", "replace", "10.244.2.0/24", "via", "192.0.2.77");
    fixture.assertRoutes(all);
    Ip.run(host, "route", "replace", "blackhole", "10.244.2.0/24");
    fixture.assertRoutes(all);
    Ip.run(host, "link", "set", "eth0", "down");
    fixture.assertRoutes();
    Ip.batch(
        host,
        """
        link set eth0 up
        address add 2001:db8::1/64 dev eth0 nodad
        """);
    fixture.assertRoutes(all);
  }

  @Test
  void writesNothingWhereAnEarlierRunHasMadeThousandsOfRoutes() throws IOException {
    for (int i = 0; i < 2000; i++) {
      String number = i / 250 + "." + i % 250;
      fixture.nodes.put(
          clusterNode(
              "node" + i,
              List.of("10." + number + ".0/24", "fd01:0:0:" + Integer.toHexString(i) + "::/64"),
              "192.0.2." + (2 + i % 200),
              "2001:db8::" + Integer.toHexString(2 + i)));
    }
    fixture.start();
    Eventually.within(DEADLINE, () -> assertThat(fixture.status.problems()).isEmpty());
    fixture.agent.close();
    Set<String> made = fixture.routes();
    assertThat(made).hasSize(4000);
    Status later = new Status("test");
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString());
        RouteSocket laterSocket = RouteSocket.open(namespace);
        KernelWatch<RouteEvents.Batch> events = KernelWatch.ofRoutes(laterSocket);
        RouteAgent laterAgent = new RouteAgent(fixture.nodes, laterSocket, events, later)) {
      laterAgent.start();
      Eventually.within(DEADLINE, () -> assertThat(later.problems()).isEmpty());
      assertThat(laterSocket.requests().writes()).as("messages for a restart").isZero();
      assertThat(fixture.routes()).isEqualTo(made);

      fixture.nodes.put(clusterNode("node7", List.of("10.0.7.0/24"), "192.0.2.77"));
      Eventually.within(
          DEADLINE, () -> assertThat(fixture.routes()).contains("10.0.7.0/24 via 192.0.2.77"));
      Eventually.within(
          DEADLINE,
          () -> assertThat(fixture.routes()).doesNotContain("fd01:0:0:7::/64 via 2001:db8::9"));
      assertThat(laterSocket.requests().writes()).as("a route changed, a route gone").isEqualTo(2);
    }
  }

  @Test
  void costsWhatChanges() {
    for (int i = 2; i < 200; i++) {
      fixture.join("node" + i, i);
    }
    fixture.start();
    Eventually.within(DEADLINE, () -> assertThat(fixture.routes()).hasSize(2 * 198));
    Eventually.within(DEADLINE, () -> assertThat(fixture.status.problems()).isEmpty());
    MessageRecorder recorder = new MessageRecorder();
    fixture.socket.listener(recorder::datagram);
    fixture.join("another", 200);
    Eventually.within(DEADLINE, () -> assertThat(fixture.routes()).hasSize(2 * 199));
    assertThat(recorder.messages(Direction.SENT)).as("datagrams for one node").hasSize(1);
  }

  /** Listing the routes of all pods for each pod that comes or goes would cost their square. */
  @Test
  void looksAtNothingWhenPodsComeAndGo(Namespace pod) {
    fixture.start();
    fixture.join("a", 2);
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    Eventually.within(DEADLINE, () -> assertThat(fixture.status.problems()).isEmpty());
    MessageRecorder recorder = new MessageRecorder();
    fixture.socket.listener(recorder::datagram);
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
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    assertThat(recorder.messages(Direction.SENT))
        .as(
            "one look at the kernel: rules, routes and addresses, a question for each family; a repair")
        .hasSizeLessThanOrEqualTo(8);
  }
}
