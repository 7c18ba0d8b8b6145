package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The agent goes and comes again, while pods run and traffic flows. */
@RealCluster
class AgentE2E {

  @Test
  void nothingIsLostWhenTheAgentIsKilled(TestCluster cluster) {
    Traffic traffic = Traffic.start(cluster);
    for (Node node : cluster.nodes()) {
      String[] before = Kindnet.processes(node.machine());
      cluster.kindnet().kill(node);
      Eventually.within(
          TestCluster.DEADLINE,
          () -> assertThat(Kindnet.processes(node.machine())).doesNotContain(before));
    }
    cluster.kindnet().awaitReady();
    traffic.assertNothingWasLost();
    aNewPodIsReached(cluster);
  }

  @Test
  void nothingIsLostWhenTheAgentsAreStartedAgain(TestCluster cluster) {
    Traffic traffic = Traffic.start(cluster);
    cluster.kubectl().run("-n", "kube-system", "rollout", "restart", "daemonset/kindnet");
    cluster.kindnet().awaitReady();
    traffic.assertNothingWasLost();
    aNewPodIsReached(cluster);
  }

  @Test
  void nothingIsLostInAnUpgradeAndThePluginIsReplaced(TestCluster cluster) {
    Traffic traffic = Traffic.start(cluster);
    String before = plugin(cluster.node(1));
    cluster.kindnet().giveOtherImage();

    cluster.kindnet().setImage(Kindnet.OTHER_IMAGE);
    cluster.kindnet().awaitReady();
    assertThat(plugin(cluster.node(1))).isNotEqualTo(before);
    traffic.assertNothingWasLost();
    aNewPodIsReached(cluster);
    // the pods that the older plugin made are deleted by the newer one
    cluster.inNamespace("delete", "pods", "--all");
    cluster.assertNothingLeaks();

    cluster.kindnet().install(Kindnet.MANIFEST);
    assertThat(plugin(cluster.node(1))).isEqualTo(before);
  }

  private static void aNewPodIsReached(TestCluster cluster) {
    cluster.apply(Manifests.pod("new", cluster.node(1).name()));
    Pod pod = cluster.awaitPod("new");
    for (String address : pod.addresses()) {
      assertThat(cluster.nodes().getLast().machine().run(Http.ask(address, Pod.PORT)))
          .startsWith("new saw ");
    }
  }

  /** Where the link on the node leads that the container runtime calls. */
  private static String plugin(Node node) {
    return node.machine().run("readlink", Path.of("/opt/cni/bin/cni-kindnet").toString()).strip();
  }
}
