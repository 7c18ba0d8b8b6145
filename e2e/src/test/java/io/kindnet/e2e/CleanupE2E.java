package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import org.junit.jupiter.api.Test;

/** The manifest is deleted for good, and every node cleaned up by the pod of the documentation. */
@RealCluster
class CleanupE2E {
  @Test
  void nothingOfKindnetStaysOnANodeAndItCanBeInstalledAgain(TestCluster cluster) {
    Kindnet kindnet = cluster.kindnet();
    cluster.apply(Manifests.daemonSet("web"));
    cluster.awaitRollout("daemonset/web");
    cluster.inNamespace("delete", "daemonset", "web", "--wait", "--cascade=foreground");
    kindnet.delete(Kindnet.MANIFEST);

    for (Node node : cluster.nodes()) {
      assertThat(kindnet.cleanUp(node))
          .contains("removed table inet kindnet-ipmasq")
          .contains("removed /etc/cni/net.d/10-kindnet.conflist");
      Leaks.assertNothingOfKindnet(node.machine());
    }

    kindnet.install(Kindnet.MANIFEST);
    cluster.apply(Manifests.daemonSet("web"));
    cluster.awaitRollout("daemonset/web");
    cluster.assertNothingLeaks();
  }
}
