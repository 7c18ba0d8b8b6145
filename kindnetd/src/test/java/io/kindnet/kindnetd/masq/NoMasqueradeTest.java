package io.kindnet.kindnetd.masq;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

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

  private static Set<IpPrefix> ofIpv4(ClusterSnapshot cluster, String... configured) {
    return NoMasquerade.prefixes(cluster, prefixes(configured), AddressFamily.IPV4);
  }

  @Test
  void isWhereThePodsOfAllNodesAreAndWhatWasConfigured() {
    assertThat(ofIpv4(cluster(A, B), "192.168.0.0/16", "fd00:9::/64"))
        .isEqualTo(prefixes("10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24", "192.168.0.0/16"));
    assertThat(NoMasquerade.prefixes(cluster(A, B), prefixes(), AddressFamily.IPV6))
        .isEqualTo(prefixes("fd00:1::/64"));
  }

  @Test
  void namesOnceWhatTwoNodesHave() {
    assertThat(ofIpv4(cluster(B, B_TOO))).isEqualTo(prefixes("10.244.0.0/24", "10.244.2.0/24"));
  }

  @Test
  void leavesOutWhatLiesInsideOfOthers() {
    assertThat(ofIpv4(cluster(A, B), "10.244.0.0/16")).isEqualTo(prefixes("10.244.0.0/16"));
    ClusterNode wide = clusterNode("wide", List.of("10.244.0.0/16"));
    assertThat(ofIpv4(cluster(A, wide), "10.244.9.0/28")).isEqualTo(prefixes("10.244.0.0/16"));
  }
}
