package io.kindnet.kindnetd.routes;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Packets from a pod to addresses of the node's own pod CIDRs that no pod has, on a network whose
 * router sends whatever is for these CIDRs to the node.
 */
@NetworkNamespaces
class UnreachablePodsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String V4 = "unreachable 10.244.0.0/24 proto 75 metric 4294967295";
  private static final String V6 =
      "unreachable fd00::/64 dev lo proto 75 metric 4294967295 pref medium";

  private final Namespace host;
  private final Namespace network;
  private final Namespace pod;
  private final RoutingFixture fixture;

  UnreachablePodsTest(Namespace host, Namespace network, Namespace pod) {
    this.host = host;
    this.network = network;
    this.pod = pod;
    fixture = RoutingFixture.between(host, network);
  }

  @BeforeEach
  void makeNetwork() {
    for (Namespace each : List.of(host, network)) {
      each.run("sysctl", "-q", "-w", "net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
    }
    Ip.batch(
        network,
        """
        address add 192.0.2.254/24 dev host
        address add 2001:db8::fe/64 dev host nodad
        route add 10.244.0.0/24 via 192.0.2.1
        route add fd00::/64 via 2001:db8::1
        """);
    host.connect("knet0", pod, "eth0");
    Ip.batch(
        host,
        """
        route add default via 192.0.2.254
        route add default via 2001:db8::fe
        address add 10.244.0.0/32 dev knet0
        address add fd00::/128 dev knet0 nodad
        route add 10.244.0.9 dev knet0 proto 107
        route add fd00::9 dev knet0 proto 107
        """);
    Ip.batch(
        pod,
        """
        address add 10.244.0.9/32 dev eth0
        address add fd00::9/128 dev eth0 nodad
        route add 10.244.0.0 dev eth0 scope link
        route add fd00:: dev eth0
        route add default via 10.244.0.0
        route add default via fd00::
        """);
    // of what a pod sends, nothing but what it should
    Nft.apply(
        host,
        """
        table inet watch {
          chain out {
            type filter hook postrouting priority 300;
            oifname eth0 ip daddr 10.244.0.0/24 counter
            oifname eth0 ip6 daddr fd00::/64 counter
          }
        }
        """);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void aPodHearsThatNobodyIsThereAndNothingLeavesTheNode() {
    fixture.start();
    awaitOwnRoutes(V4, V6);

    for (String nobody : List.of("10.244.0.77", "fd00::77")) {
      assertThat(pod.tryRun("ping", "-c", "1", "-W", "20", nobody).stdout())
          .containsPattern("From (10.244.0.0|fd00::|192.0.2.1|2001:db8::1) .*[Uu]nreachable");
      assertThat(host.tryRun("ping", "-c", "1", "-W", "20", nobody).exit()).isNotZero();
    }
    assertThat(host.run("nft", "list", "table", "inet", "watch"))
        .contains("ip daddr 10.244.0.0/24 counter packets 0", "fd00::/64 counter packets 0");

    for (String there : List.of("10.244.0.9", "fd00::9", "10.244.0.0", "fd00::")) {
      host.run("ping", "-q", "-c", "1", "-W", "20", there);
    }
    pod.run("ping", "-q", "-c", "1", "-W", "20", "192.0.2.254");
    pod.run("ping", "-q", "-c", "1", "-W", "20", "2001:db8::fe");
  }

  @Test
  void theRouteGoesWithTheCidrAndIsNoRouteToAnotherNode() throws IOException {
    fixture.start();
    fixture.join("a", 2);
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    awaitOwnRoutes(V4, V6);
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(MetricsPage.of(fixture.status))
                .contains("kindnet_routes{family=\"ipv4\"} 1.0"));

    fixture.nodes.put(clusterNode("self", List.of("10.244.7.0/24"), "192.0.2.1", "2001:db8::1"));

    awaitOwnRoutes("unreachable 10.244.7.0/24 proto 75 metric 4294967295");
    fixture.nodes.put(clusterNode("self", List.of(), "192.0.2.1", "2001:db8::1"));
    awaitOwnRoutes();
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
  }

  @Test
  void theRouteOfABridgeComesBefore(Namespace other) {
    fixture.start();
    awaitOwnRoutes(V4, V6);
    other.connect("eth0", host, "port0");
    Ip.batch(
        host,
        """
        link add br0 type bridge
        link set br0 up
        link set port0 master br0
        address add 10.244.0.1/24 dev br0
        address add fd00::1/64 dev br0 nodad
        """);
    Ip.batch(
        other,
        """
        address add 10.244.0.20/24 dev eth0
        address add fd00::20/64 dev eth0 nodad
        """);

    host.run("ping", "-q", "-c", "1", "-W", "20", "10.244.0.20");
    host.run("ping", "-q", "-c", "1", "-W", "20", "fd00::20");
    awaitOwnRoutes(V4, V6);
  }

  @Test
  void comesBackWhenOthersRemoveItAndStaysOverARestart() throws IOException {
    fixture.start();
    awaitOwnRoutes(V4, V6);
    try (CapturedLog log = CapturedLog.start()) {
      Ip.run(host, "route", "flush", "proto", "75");
      Ip.run(host, "-6", "route", "flush", "proto", "75");
      awaitOwnRoutes(V4, V6);
      Eventually.within(
          DEADLINE, () -> assertThat(log.linesWith("removed or changed by others")).isNotEmpty());
    }
    String before = MetricsPage.of(fixture.status);
    assertThat(before).doesNotContain("kindnet_repairs_total{agent=\"routes\"} 0.0");
    fixture.agent.close();
    awaitOwnRoutes(V4, V6);
  }

  @Test
  void isRemovedWhenDisabled() throws IOException {
    fixture.start();
    awaitOwnRoutes(V4, V6);
    fixture.agent.close();

    fixture.agent.removeState();

    awaitOwnRoutes();
  }

  private void awaitOwnRoutes(String... expected) {
    Eventually.within(
        DEADLINE,
        () -> {
          String listing =
              Ip.run(host, "route", "show", "type", "unreachable")
                  + Ip.run(host, "-6", "route", "show", "type", "unreachable");
          assertThat(listing.lines().map(String::strip)).containsExactlyInAnyOrder(expected);
        });
  }
}
