package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node is registered again, and gets other pod CIDRs than it had. */
@RealCluster
class PodCidrE2E {

  @Test
  void podsGetAddressesOfTheNewRangesAndAreReached(TestCluster cluster) {
    Node node = cluster.nodes().getLast();
    List<String> before = cluster.podCidrs(node);
    cluster.apply(Manifests.pod("old", node.name()));
    cluster.awaitPod("old");

    cluster.kubectl().run("delete", "node", node.name());
    node.kubelet().stop();
    node.kubelet().start();
    node.kubelet().awaitReady();
    Eventually.within(TestCluster.DEADLINE, () -> assertThat(cluster.podCidrs(node)).hasSize(2));
    List<String> after = cluster.podCidrs(node);
    assertThat(after).doesNotContainAnyElementsOf(before);
    cluster.kindnet().awaitReady();

    cluster.apply(Manifests.pod("new", node.name()));
    cluster.apply(Manifests.pod("peer", cluster.node(1).name()));
    Pod pod = cluster.awaitPod("new");
    Pod peer = cluster.awaitPod("peer");
    assertThat(pod.ipv4()).startsWith(prefix(after.getFirst(), "."));
    assertThat(pod.ipv6()).startsWith(prefix(after.getLast(), ":"));
    assertThat(peer.ask(pod.ipv4())).isEqualTo("new saw " + peer.ipv4());
    assertThat(pod.ask(peer.ipv6())).isEqualTo("peer saw " + pod.ipv6());

    String routes = cluster.node(1).machine().run("ip", "route", "show", "proto", "75");
    assertThat(routes).contains(after.getFirst()).doesNotContain(before.getFirst());
    cluster.assertNothingLeaks();
  }

  /** {@code 10.244.3.} of {@code 10.244.3.0/24}, {@code fd00:10:244:3:} of {@code …:3::/64}. */
  private static String prefix(String cidr, String separator) {
    String base = cidr.substring(0, cidr.indexOf('/')).replace("::", ":");
    return base.substring(0, base.lastIndexOf(separator) + 1);
  }
}
