package io.kindnet.kindnetd.routes;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which routes the agent makes in a network namespace, seen through {@code ip}. */
@NetworkNamespaces
class RouteAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Namespace host;
  private final RoutingFixture fixture;

  RouteAgentTest(Namespace host, Namespace network) {
    this.host = host;
    fixture = RoutingFixture.between(host, network);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void followsNodesThatJoinChangeAndLeave() {
    fixture.start();
    fixture.join("a", 2);
    fixture.join("b", 3);
    fixture.assertRoutes(
        "10.244.2.0/24 via 192.0.2.2",
        "fd00:2::/64 via 2001:db8::2",
        "10.244.3.0/24 via 192.0.2.3",
        "fd00:3::/64 via 2001:db8::3");
    fixture.nodes.remove("b");
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    fixture.nodes.put(
        clusterNode("a", List.of("10.244.2.0/24", "fd00:2::/64"), "192.0.2.9", "2001:db8::9"));
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.9", "fd00:2::/64 via 2001:db8::9");
    fixture.nodes.put(
        clusterNode("a", List.of("10.244.7.0/24", "fd00:7::/64"), "192.0.2.9", "2001:db8::9"));
    fixture.assertRoutes("10.244.7.0/24 via 192.0.2.9", "fd00:7::/64 via 2001:db8::9");
    fixture.nodes.put(clusterNode("a", List.of("10.244.7.0/24"), "192.0.2.9"));
    fixture.assertRoutes("10.244.7.0/24 via 192.0.2.9");
  }

  @Test
  void givesACidrToItsNewestOwnerAndBackAgain() {
    fixture.start();
    fixture.join("old", 2);
    fixture.nodes.put(clusterNode("new", List.of("10.244.2.0/24"), "192.0.2.3"));
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.3", "fd00:2::/64 via 2001:db8::2");
    fixture.nodes.remove("new");
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    fixture.nodes.put(clusterNode("new", List.of("10.244.2.0/24"), "192.0.2.3"));
    fixture.nodes.remove("old");
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.3");
  }

  /** The broadcast address of the network, which a kubelet may write into its Node. */
  @Test
  void goesOnWithoutANodeWhoseAddressIsNoNextHop() throws Exception {
    try (CapturedLog log = CapturedLog.start()) {
      fixture.nodes.put(clusterNode("hostile", List.of("10.244.9.0/24"), "192.0.2.255"));
      fixture.join("a", 2);
      fixture.start();
      fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
      Eventually.within(DEADLINE, () -> assertThat(fixture.status.problems()).isEmpty());
      assertThat(ReadinessPage.of(fixture.status))
          .contains("[+]routes ok, but the kernel refuses the next hops of 1 pod CIDRs");
      assertThat(MetricsPage.of(fixture.status)).contains("kindnet_unrouted_pod_cidrs 1.0");

      fixture.join("b", 3);
      fixture.assertRoutes(
          "10.244.2.0/24 via 192.0.2.2",
          "fd00:2::/64 via 2001:db8::2",
          "10.244.3.0/24 via 192.0.2.3",
          "fd00:3::/64 via 2001:db8::3");
      assertThat(log.linesWith("no route to pod CIDR 10.244.9.0/24 of node hostile: ")).hasSize(1);
      assertThat(log.linesWith("removed or changed by others")).isEmpty();

      fixture.nodes.put(clusterNode("hostile", List.of("10.244.9.0/24"), "192.0.2.9"));
      Eventually.within(
          DEADLINE, () -> assertThat(fixture.routes()).contains("10.244.9.0/24 via 192.0.2.9"));
      Eventually.within(
          DEADLINE, () -> assertThat(ReadinessPage.of(fixture.status)).contains("[+]routes ok\n"));
    }
  }

  @Test
  void routesOnlyWhatIsOnALink() {
    fixture.start();
    fixture.nodes.put(clusterNode("far", List.of("10.244.2.0/24"), "198.51.100.2"));
    fixture.join("near", 3);
    fixture.assertRoutes("10.244.3.0/24 via 192.0.2.3", "fd00:3::/64 via 2001:db8::3");
    Ip.run(host, "address", "add", "198.51.100.1/24", "dev", "eth0");
    fixture.assertRoutes(
        "10.244.2.0/24 via 198.51.100.2",
        "10.244.3.0/24 via 192.0.2.3",
        "fd00:3::/64 via 2001:db8::3");
    Ip.run(host, "route", "add", "198.51.100.2", "via", "192.0.2.254");
    fixture.assertRoutes("10.244.3.0/24 via 192.0.2.3", "fd00:3::/64 via 2001:db8::3");
    Ip.run(host, "route", "del", "198.51.100.2");
    fixture.assertRoutes(
        "10.244.2.0/24 via 198.51.100.2",
        "10.244.3.0/24 via 192.0.2.3",
        "fd00:3::/64 via 2001:db8::3");
  }

  /** As when a machine's address moves onto a bridge. */
  @Test
  void followsAnAddressToAnotherLink(Namespace network) {
    fixture.start();
    fixture.join("a", 2);
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
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
    fixture.start();
    fixture.join("a", 2);
    String v4 = "10.244.2.0/24 via 192.0.2.2";
    String v6 = "fd00:2::/64 via 2001:db8::2";
    fixture.assertRoutes(v4, v6);
    Ip.run(host, "address", "del", "192.0.2.1/24", "dev", "eth0");
    fixture.assertRoutes(v6);
    Ip.run(host, "address", "add", "192.0.2.1/24", "dev", "eth0");
    fixture.assertRoutes(v4, v6);
    Ip.run(host, "-6", "route", "del", "2001:db8::/64", "dev", "eth0");
    fixture.assertRoutes(v4);
    Ip.run(host, "-6", "route", "add", "2001:db8::/64", "dev", "eth0");
    fixture.assertRoutes(v4, v6);
    Ip.run(host, "link", "del", "eth0");
    fixture.assertRoutes();
  }

  /** The kernel takes no next hop on a route of this scope without being told. */
  @Test
  void routesThroughALinkWhoseRouteHasAWiderScope() {
    Ip.run(host, "route", "add", "198.51.100.0/24", "dev", "eth0", "scope", "global");
    fixture.nodes.put(clusterNode("odd", List.of("10.244.3.0/24"), "198.51.100.3"));
    fixture.join("a", 2);
    fixture.start();
    fixture.assertRoutes(
        "10.244.2.0/24 via 192.0.2.2",
        "fd00:2::/64 via 2001:db8::2",
        "10.244.3.0/24 via 198.51.100.3");
    Eventually.within(DEADLINE, () -> assertThat(fixture.status.problems()).isEmpty());
  }

  /** As a VPN client makes them, and who separates networks. */
  @Test
  void followsPolicyRulesAndOtherTables() {
    fixture.nodes.put(clusterNode("far", List.of("10.244.3.0/24"), "198.51.100.3"));
    fixture.join("a", 2);
    fixture.start();
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");

    Ip.run(host, "rule", "add", "to", "198.51.100.0/24", "lookup", "100");
    Ip.run(host, "route", "add", "198.51.100.0/24", "dev", "eth0", "table", "100");

    fixture.assertRoutes(
        "10.244.2.0/24 via 192.0.2.2",
        "fd00:2::/64 via 2001:db8::2",
        "10.244.3.0/24 via 198.51.100.3");
    Ip.run(host, "rule", "add", "to", "192.0.2.0/24", "lookup", "100");
    Ip.run(host, "route", "add", "default", "via", "198.51.100.254", "table", "100");
    fixture.assertRoutes("fd00:2::/64 via 2001:db8::2", "10.244.3.0/24 via 198.51.100.3");
  }

  /** Sooner than the regular check would; all routes are in place before. */
  @Test
  void noticesPolicyRulesAtOnce() {
    Ip.run(
        host,
        "route",
        "add",
        "default",
        "via",
        "198.51.100.254",
        "dev",
        "eth0",
        "onlink",
        "table",
        "100");
    fixture.join("a", 2);
    fixture.start();
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");

    Ip.run(host, "rule", "add", "to", "192.0.2.0/24", "lookup", "100");

    Eventually.within(
        Duration.ofSeconds(30),
        () -> assertThat(fixture.routes()).containsExactly("fd00:2::/64 via 2001:db8::2"));
  }

  @Test
  void removesItsRoutesWhenDisabled() throws IOException {
    fixture.start();
    fixture.join("a", 2);
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    fixture.agent.close();
    fixture.assertRoutes("10.244.2.0/24 via 192.0.2.2", "fd00:2::/64 via 2001:db8::2");
    fixture.agent.removeState();
    assertThat(fixture.routes()).isEmpty();
  }
}
