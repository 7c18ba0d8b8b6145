package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Many pods at once come and go. */
@RealCluster
class ScaleE2E {

  @Test
  void aDeploymentIsScaledToFiftyAndToNone(TestCluster cluster) {
    cluster.apply(Manifests.deployment("web", 1));
    cluster.awaitRollout("deployment/web");

    cluster.inNamespace("scale", "deployment/web", "--replicas=50");
    cluster.awaitRollout("deployment/web");
    List<Pod> pods = cluster.pods("app=web");
    assertThat(pods).hasSize(50);
    assertThat(pods).extracting(Pod::ipv4).doesNotHaveDuplicates();
    assertThat(pods).extracting(Pod::ipv6).doesNotHaveDuplicates();
    cluster.assertNothingLeaks();

    cluster.inNamespace("scale", "deployment/web", "--replicas=0");
    cluster.awaitRollout("deployment/web");
    cluster.assertNothingLeaks();
  }

  @Test
  void aDaemonSetHasAPodOnEachNode(TestCluster cluster) {
    cluster.apply(Manifests.daemonSet("web"));
    cluster.awaitRollout("daemonset/web");

    assertThat(cluster.pods("app=web"))
        .extracting(Pod::node)
        .containsExactlyInAnyOrderElementsOf(
            cluster.nodes().stream().map(node -> node.name()).toList());
    cluster.assertNothingLeaks();
  }
}
