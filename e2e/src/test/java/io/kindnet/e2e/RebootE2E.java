package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A node loses power: its namespaces, routes and rules have gone, its files have not. */
@RealCluster
class RebootE2E {

  @Test
  void podsComeBackAndTheRowsOfTheOldOnesGo(TestCluster cluster) {
    Node node = cluster.nodes().getLast();
    cluster.apply(Manifests.daemonSet("web"));
    cluster.apply(Manifests.pod("fixed", node.name()));
    cluster.awaitRollout("daemonset/web");
    cluster.awaitPod("fixed");

    node.reboot();
    cluster.kindnet().awaitReady();
    cluster.awaitAllRunning(node);
    Pod first =
        cluster.pods("app=web").stream().filter(on(cluster.node(1))).findFirst().orElseThrow();
    Pod again = cluster.pods("app=web").stream().filter(on(node)).findFirst().orElseThrow();
    for (int family : new int[] {0, 1}) {
      // a machine comes back with another link-layer address here, which neighbours find out in
      // time
      Eventually.within(
          TestCluster.DEADLINE,
          () ->
              assertThat(first.ask(again.addresses().get(family)))
                  .isEqualTo(again.name() + " saw " + first.addresses().get(family)));
    }
    cluster.assertNothingLeaks();
  }

  private static Predicate<Pod> on(Node node) {
    return pod -> pod.node().equals(node.name());
  }
}
