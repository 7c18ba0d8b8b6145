package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom a pod reaches, and as whom it is seen. */
@RealCluster
class ReachE2E {

  @Test
  void podsReachEachOtherAndThemselvesByTheirOwnAddresses(TestCluster cluster) {
    List<Pod> pods = podOnEveryNode(cluster);
    for (Pod from : pods) {
      for (Pod to : pods) {
        assertThat(from.ask(to.ipv4())).isEqualTo(to.name() + " saw " + from.ipv4());
        assertThat(from.ask(to.ipv6())).isEqualTo(to.name() + " saw " + from.ipv6());
      }
    }
  }

  @Test
  void nodesReachPodsAndPodsReachNodes(TestCluster cluster) {
    for (Pod pod : podOnEveryNode(cluster)) {
      for (Node node : cluster.nodes()) {
        assertThat(node.machine().run(Http.ask(pod.ipv4(), Pod.PORT))).startsWith(pod.name());
        assertThat(node.machine().run(Http.ask(pod.ipv6(), Pod.PORT))).startsWith(pod.name());
        for (String address : node.addresses()) {
          pod.run("ping", "-c", "1", "-W", "5", address);
        }
      }
    }
  }

  @Test
  void podsReachTheApiServerAsAServiceAndByItsAddress(TestCluster cluster) {
    for (Pod pod : podOnEveryNode(cluster)) {
      pod.run("nc", "-w", "5", "10.96.0.1", "443");
      pod.run("nc", "-w", "5", "172.30.0.1", "6443");
      pod.run("nc", "-w", "5", "fd00:172:30::1", "6443");
    }
  }

  @Test
  void theOutsideSeesTheNodeInsteadOfThePod(TestCluster cluster) {
    Outside outside = Outside.on(cluster);
    for (Pod pod : podOnEveryNode(cluster)) {
      List<String> node = cluster.nodeOf(pod).addresses();
      assertThat(pod.ask(Outside.IPV4, outside.port())).isEqualTo("outside saw " + node.getFirst());
      assertThat(pod.ask(Outside.IPV6, outside.port())).isEqualTo("outside saw " + node.getLast());
    }
  }

  private static List<Pod> podOnEveryNode(TestCluster cluster) {
    cluster.apply(Manifests.daemonSet("web"));
    cluster.awaitRollout("daemonset/web");
    List<Pod> pods = cluster.pods("app=web");
    assertThat(pods).extracting(Pod::node).doesNotHaveDuplicates().hasSize(cluster.nodes().size());
    return pods;
  }
}
