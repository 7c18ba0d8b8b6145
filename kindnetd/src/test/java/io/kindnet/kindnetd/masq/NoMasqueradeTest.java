package io.kindnet.kindnetd.masq;

import static io.kindnet.kindnetd.kube.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.kube.ClusterNode;
import io.kindnet.kindnetd.kube.ClusterSnapshot;
import io.kindnet.kindnetd.kube.NodeView;
import io.kindnet.kindnetd.kube.RandomCluster;
import io.kindnet.kindnetd.podcidr.AcceptedNodeSamples;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoMasqueradeTest {
  private static final ClusterNode SELF = clusterNode("self", List.of("10.244.0.0/24"));
  private static final ClusterNode A = clusterNode("a", List.of("10.244.1.0/24", "fd00:1::/64"));
  private static final ClusterNode B = clusterNode("b", List.of("10.244.2.0/24"));
  private static final ClusterNode B_TOO = clusterNode("b2", List.of("10.244.2.0/24"));

  private static ClusterSnapshot cluster(ClusterNode... peers) {
    return new ClusterSnapshot(Optional.of(SELF), List.of(peers));
  }

  private static Set<IpPrefix> prefixes(String... texts) {
    Set<IpPrefix> prefixes = new HashSet<>();
    for (String text : texts) {
      prefixes.add(IpPrefix.parse(text));
    }
    return prefixes;
  }

  private static NoMasquerade of(ClusterSnapshot cluster, String... configured) {
    return NoMasquerade.of(cluster, prefixes(configured), AddressFamily.IPV4);
  }

  @Test
  void looksOnlyAtTheNodesThatChanged() {
    NoMasquerade all = of(cluster(A, B), "192.168.0.0/16");

    assertThat(all.follow(cluster(A, B_TOO)))
        .as("nothing to do for a prefix that goes to another node")
        .contains(new NoMasquerade.Step(Set.of(), Set.of()));
    assertThat(all.follow(cluster(A, B_TOO, B)))
        .contains(new NoMasquerade.Step(Set.of(), Set.of()));
    assertThat(all.follow(cluster(B)))
        .contains(new NoMasquerade.Step(prefixes("10.244.1.0/24"), Set.of()));
    assertThat(all.follow(cluster(B, A)))
        .contains(new NoMasquerade.Step(Set.of(), prefixes("10.244.1.0/24")));
    assertThat(all.follow(cluster()))
        .contains(new NoMasquerade.Step(prefixes("10.244.1.0/24", "10.244.2.0/24"), Set.of()));
    assertThat(all.prefixes()).isEqualTo(prefixes("10.244.0.0/24", "192.168.0.0/16"));
  }

  @Test
  void nodesInsideOfWhatIsConfiguredChangeNothing() {
    NoMasquerade all = of(cluster(A), "10.244.0.0/16");
    assertThat(all.follow(cluster(B))).contains(new NoMasquerade.Step(Set.of(), Set.of()));
    assertThat(all.prefixes()).isEqualTo(prefixes("10.244.0.0/16"));
  }

  @Test
  void leavesItToOthersWherePrefixesMayLieInOthers() {
    NoMasquerade all = of(cluster(A), "10.9.9.0/28");
    ClusterNode wide = clusterNode("wide", List.of("10.244.0.0/16"));
    ClusterNode around = clusterNode("around", List.of("10.9.9.0/24"));
    assertThat(all.follow(cluster(A, wide))).isEmpty();
    assertThat(all.follow(cluster(A, around))).isEmpty();
    assertThat(of(cluster(A, wide)).follow(cluster(A))).isEmpty();
    assertThat(all.prefixes())
        .as("as it was")
        .isEqualTo(prefixes("10.244.0.0/24", "10.244.1.0/24", "10.9.9.0/28"));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 20, 250})
  void followsToWhereItWouldBeMadeAnew(int cidrs) {
    RandomCluster cluster = new RandomCluster(cidrs, cidrs);
    assertThat(follow(cluster, cluster.nodes())).isGreaterThan(500);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 20, 250})
  void followsWhatIsAcceptedOfHostileNodes(int cidrs) {
    RandomCluster cluster = new RandomCluster(cidrs, cidrs).withHostileNodes();
    assertThat(follow(cluster, AcceptedNodeSamples.accepted(cluster.nodes()))).isGreaterThan(10);
  }

  /** Returns how often what changed was enough. */
  private static int follow(RandomCluster cluster, NodeView view) {
    Set<IpPrefix> configured = prefixes("10.244.3.0/24", "10.1.0.0/16");
    NoMasquerade now =
        NoMasquerade.of(view.snapshot().orElseThrow(), configured, AddressFamily.IPV4);
    int followed = 0;
    for (int i = 0; i < 3000; i++) {
      cluster.next();
      ClusterSnapshot next = view.snapshot().orElseThrow();
      Set<IpPrefix> before = new HashSet<>(now.prefixes());
      NoMasquerade anew = NoMasquerade.of(next, configured, AddressFamily.IPV4);
      Optional<NoMasquerade.Step> step = now.follow(next);
      if (step.isPresent()) {
        followed++;
        before.removeAll(step.get().gone());
        before.addAll(step.get().come());
        assertThat(before).isEqualTo(anew.prefixes());
        assertThat(now.prefixes()).isEqualTo(anew.prefixes());
      } else {
        assertThat(now.prefixes()).isEqualTo(before);
        now = anew;
      }
    }
    return followed;
  }
}
