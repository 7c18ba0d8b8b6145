package io.kindnet.kindnetd.masq;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodSourcesTest {
  private static List<String> prefixes(AddressFamily family, List<ClusterNode> nodes) {
    ClusterSnapshot snapshot =
        new ClusterSnapshot(Optional.of(nodes.getFirst()), nodes.subList(1, nodes.size()));
    return PodSources.prefixes(snapshot, family).stream().map(IpPrefix::toString).sorted().toList();
  }

  private static ClusterNode node(String... podCidrs) {
    return clusterNode("node" + podCidrs[0], List.of(podCidrs));
  }

  @Test
  void areThePodsOfAllNodes() {
    List<ClusterNode> nodes =
        List.of(node("10.244.0.0/24", "fd00::/64"), node("10.244.2.0/24"), node("fd00:7::/64"));

    assertThat(prefixes(AddressFamily.IPV4, nodes))
        .containsExactly("10.244.0.0/24", "10.244.2.0/24");
    assertThat(prefixes(AddressFamily.IPV6, nodes)).containsExactly("fd00:7::/64", "fd00::/64");
  }

  @Test
  void areFewWhereCidrsWereGivenOutOneAfterTheOther() {
    List<ClusterNode> nodes = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      nodes.add(
          node(
              "10." + (100 + i / 256) + "." + i % 256 + ".0/24",
              "fd00:0:0:" + Integer.toHexString(0x1000 + i) + "::/64"));
    }

    assertThat(prefixes(AddressFamily.IPV4, nodes))
        .containsExactly(
            "10.100.0.0/14",
            "10.104.0.0/13",
            "10.112.0.0/14",
            "10.116.0.0/15",
            "10.118.0.0/16",
            "10.119.0.0/17",
            "10.119.128.0/21");
    assertThat(prefixes(AddressFamily.IPV6, nodes)).hasSizeLessThan(10);
  }

  @Test
  void coverNothingThatIsNoPodCidr() {
    List<ClusterNode> nodes =
        List.of(
            node("10.244.1.0/24"), // with 10.244.2.0/24 it is no half of anything
            node("10.244.2.0/24"),
            node("10.244.4.0/25"),
            node("10.244.4.128/25"),
            node("10.244.5.0/24"),
            node("10.244.5.64/26"),
            node("255.255.255.0/25"),
            node("255.255.255.128/25"));

    assertThat(prefixes(AddressFamily.IPV4, nodes))
        .containsExactly("10.244.1.0/24", "10.244.2.0/24", "10.244.4.0/23", "255.255.255.0/24");
  }
}
