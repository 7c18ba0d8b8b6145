package io.kindnet.kindnetd.routes;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.kindnetd.cluster.nodes.NodeView;
import io.kindnet.kindnetd.cluster.nodes.RandomCluster;
import io.kindnet.kindnetd.podcidr.AcceptedNodeSamples;
import io.kindnet.kindnetd.status.Diagnostic;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutePlanTest {
  private static final int ETH0 = 2;
  private static final Reachability REACHABILITY =
      new Reachability(
          List.of(IpPrefix.parse("192.0.2.0/24"), IpPrefix.parse("2001:db8::/64")),
          List.of(new Address(ETH0, IpAddresses.parse("192.0.2.1"), 24, 0, 0, Optional.empty())),
          address -> Optional.of(onLink(address)));
  private static final ClusterNode SELF =
      clusterNode("self", List.of("10.244.0.0/24", "fd00::/64"), "192.0.2.1", "2001:db8::1");

  private static Route onLink(InetAddress address) {
    return Route.via(IpPrefix.host(address), NextHop.through(ETH0))
        .withScope(RouteConstants.RT_SCOPE_LINK);
  }

  private static RoutePlan plan(ClusterNode... peers) {
    return RoutePlan.of(snapshot(peers), REACHABILITY);
  }

  private static ClusterSnapshot snapshot(ClusterNode... peers) {
    return new ClusterSnapshot(Optional.of(SELF), List.of(peers));
  }

  private static List<String> texts(RoutePlan plan) {
    return plan.diagnostics().stream().map(Diagnostic::text).toList();
  }

  private static List<Route> toPeers(RoutePlan plan) {
    return plan.routes().values().stream().filter(route -> !route.nextHops().isEmpty()).toList();
  }

  @Test
  void makesUnreachableWhatNoPodOfThisNodeHas() {
    RoutePlan plan = plan(clusterNode("a", List.of("10.244.1.0/24"), "192.0.2.2"));
    assertThat(plan.routes().values())
        .extracting(Route::toString)
        .containsExactlyInAnyOrder(
            "10.244.1.0/24 via 192.0.2.2 dev 2",
            "unreachable 10.244.0.0/24 metric 4294967295",
            "unreachable fd00::/64 metric 4294967295");
    assertThat(plan.counts()).containsValues(1, 0);
    RoutePlan gone =
        RoutePlan.of(new ClusterSnapshot(Optional.empty(), List.of()), REACHABILITY, plan);
    assertThat(gone.routes()).isEmpty();
  }

  @Test
  void routesEachPodCidrThroughTheAddressOfItsFamily() {
    RoutePlan plan =
        plan(
            clusterNode(
                "a",
                List.of("10.244.1.0/24", "fd00:1::/64", "10.245.1.0/24"),
                "192.0.2.2",
                "2001:db8::2"),
            clusterNode("b", List.of("10.244.2.0/24"), "192.0.2.3"),
            clusterNode("empty", List.of(), "192.0.2.4"));
    assertThat(toPeers(plan))
        .extracting(Route::toString)
        .containsExactlyInAnyOrder(
            "10.244.1.0/24 via 192.0.2.2 dev 2",
            "10.245.1.0/24 via 192.0.2.2 dev 2",
            "fd00:1::/64 via 2001:db8::2 dev 2 metric 1024",
            "10.244.2.0/24 via 192.0.2.3 dev 2");
    assertThat(plan.routes().values()).allMatch(route -> route.protocol() == 75);
    assertThat(plan.diagnostics()).isEmpty();
    assertThat(plan.unrouted()).isZero();
  }

  /** A Node on two networks lists both addresses, and the first one need not be on ours. */
  @Test
  void routesThroughTheFirstAddressThatIsOnALinkAndNotItsOwn() {
    RoutePlan plan =
        plan(
            clusterNode("a", List.of("10.244.1.0/24"), "198.51.100.2", "192.0.2.2", "192.0.2.3"),
            clusterNode("b", List.of("10.244.2.0/24"), "192.0.2.1", "192.0.2.4"));
    assertThat(toPeers(plan))
        .extracting(Route::toString)
        .containsExactlyInAnyOrder(
            "10.244.1.0/24 via 192.0.2.2 dev 2", "10.244.2.0/24 via 192.0.2.4 dev 2");
    assertThat(plan.diagnostics()).isEmpty();
  }

  @Test
  void leavesToTheInfrastructureWhatIsNotOnALink() {
    RoutePlan plan = plan(clusterNode("a", List.of("10.244.1.0/24"), "198.51.100.2"));
    assertThat(toPeers(plan)).isEmpty();
    assertThat(plan.unrouted()).isEqualTo(1);
    assertThat(plan.diagnostics())
        .containsExactly(
            new Diagnostic(
                false,
                "no route to pod CIDR 10.244.1.0/24 of node a: its address 198.51.100.2 is not on a"
                    + " link of this machine, the infrastructure has to route"));
  }

  @Test
  void saysWhatANodeHasNotYet() {
    RoutePlan plan = plan(clusterNode("a", List.of("10.244.1.0/24", "fd00:1::/64"), "192.0.2.2"));
    assertThat(toPeers(plan))
        .extracting(Route::destination)
        .containsExactly(IpPrefix.parse("10.244.1.0/24"));
    assertThat(texts(plan))
        .containsExactly(
            "no route to pod CIDR fd00:1::/64 of node a: the node has no IPv6 address yet");
  }

  @Test
  void letsTheNewerClaimWin() {
    RoutePlan plan =
        plan(
            clusterNode("old", List.of("10.244.1.0/24"), "192.0.2.2"),
            clusterNode("new", List.of("10.244.1.0/24"), "192.0.2.3"));
    assertThat(toPeers(plan))
        .extracting(Route::toString)
        .containsExactly("10.244.1.0/24 via 192.0.2.3 dev 2");
    assertThat(plan.diagnostics())
        .containsExactly(
            new Diagnostic(
                true,
                "pod CIDR 10.244.1.0/24 of node old is now node new's as well, the newer claim"
                    + " counts"));
  }

  @Test
  void letsANewerClaimWaitUntilItsNodeHasAnAddress() {
    RoutePlan plan =
        plan(
            clusterNode("old", List.of("10.244.1.0/24", "fd00:1::/64"), "192.0.2.2", "2001:db8::2"),
            clusterNode("new", List.of("10.244.1.0/24", "fd00:1::/64"), "192.0.2.3"));
    assertThat(toPeers(plan))
        .extracting(Route::toString)
        .containsExactlyInAnyOrder(
            "10.244.1.0/24 via 192.0.2.3 dev 2", "fd00:1::/64 via 2001:db8::2 dev 2 metric 1024");
    assertThat(texts(plan))
        .containsExactlyInAnyOrder(
            "pod CIDR 10.244.1.0/24 of node old is now node new's as well, the newer claim counts",
            "no route to pod CIDR fd00:1::/64 of node new: the node has no IPv6 address yet");
  }

  @Test
  void neverRoutesItsOwnPodsAway() {
    RoutePlan plan =
        plan(
            clusterNode("a", List.of("10.244.0.0/16"), "192.0.2.2"),
            clusterNode("b", List.of("10.244.0.128/25"), "192.0.2.3"),
            clusterNode("twin", List.of("10.244.9.0/24"), "192.0.2.1"));
    assertThat(toPeers(plan)).isEmpty();
    assertThat(plan.diagnostics()).allMatch(Diagnostic::isWarning);
    assertThat(texts(plan))
        .containsExactlyInAnyOrder(
            "no route to pod CIDR 10.244.0.0/16 of node a: it overlaps 10.244.0.0/24, this node's"
                + " own",
            "no route to pod CIDR 10.244.0.128/25 of node b: it overlaps 10.244.0.0/24, this"
                + " node's own",
            "no route to pod CIDR 10.244.9.0/24 of node twin: its address 192.0.2.1 is this"
                + " machine's own");
  }

  /** What no pod of this node has is unreachable, unless a more specific route leads there. */
  @Test
  void routesThroughNoAddressOfItsOwnPodCidrs() {
    RoutePlan plan =
        RoutePlan.of(
            snapshot(
                clusterNode("a", List.of("10.244.1.0/24"), "10.244.0.9"),
                clusterNode("b", List.of("10.244.2.0/24"), "10.244.0.130"),
                clusterNode("c", List.of("10.244.3.0/24"), "10.244.0.9", "10.9.0.1")),
            new Reachability(
                List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("10.244.0.128/25")),
                List.of(),
                address -> Optional.of(onLink(address))));
    assertThat(toPeers(plan))
        .extracting(Route::toString)
        .containsExactlyInAnyOrder(
            "10.244.2.0/24 via 10.244.0.130 dev 2", "10.244.3.0/24 via 10.9.0.1 dev 2");
    assertThat(texts(plan))
        .containsExactly(
            "no route to pod CIDR 10.244.1.0/24 of node a: its address 10.244.0.9 is inside"
                + " 10.244.0.0/24, this node's own");
  }

  @Test
  void saysWhatHasToBeDoneOnAws() {
    ClusterNode self =
        new ClusterNode("self", "", List.of(), List.of(), List.of(), "aws:///eu-west-1a/i-1");
    RoutePlan plan = RoutePlan.of(new ClusterSnapshot(Optional.of(self), List.of()), REACHABILITY);
    assertThat(texts(plan)).singleElement().asString().contains("source/destination check");
  }

  /** A plan that takes what it can from an earlier one is the one that is made from nothing. */
  @ParameterizedTest
  @ValueSource(ints = {20, 250})
  void takesWhatDidNotChangeFromTheLastPlan(int cidrs) {
    RandomCluster cluster = new RandomCluster(cidrs, cidrs);
    assertSamePlans(cluster, cluster.nodes());
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 250})
  void takesWhatDidNotChangeAmongHostileNodes(int cidrs) {
    RandomCluster cluster = new RandomCluster(cidrs, cidrs).withHostileNodes();
    assertSamePlans(cluster, AcceptedNodeSamples.accepted(cluster.nodes()));
  }

  private static void assertSamePlans(RandomCluster cluster, NodeView view) {
    RoutePlan plan = RoutePlan.empty();
    for (int i = 0; i < 3000; i++) {
      cluster.next();
      ClusterSnapshot next = view.snapshot().orElseThrow();
      RoutePlan fromNothing = RoutePlan.of(next, REACHABILITY);
      plan = RoutePlan.of(next, REACHABILITY, plan);
      assertThat(plan.routes()).isEqualTo(fromNothing.routes());
      assertThat(plan.counts()).isEqualTo(fromNothing.counts());
      assertThat(plan.diagnostics()).isEqualTo(fromNothing.diagnostics());
      assertThat(plan.unrouted()).isEqualTo(fromNothing.unrouted());
      assertThat(plan.links()).isEqualTo(fromNothing.links());
    }
  }
}
