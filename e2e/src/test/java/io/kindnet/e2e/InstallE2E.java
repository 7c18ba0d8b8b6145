package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import org.junit.jupiter.api.Test;

/** Both manifests are applied and deleted, in turn. */
@RealCluster
class InstallE2E {

  @Test
  void bothManifestsBringTheNodesToReady(TestCluster cluster) {
    Kindnet kindnet = cluster.kindnet();
    kindnet.delete(Kindnet.MANIFEST);

    for (String manifest : new String[] {Kindnet.BRIDGE_MANIFEST, Kindnet.MANIFEST}) {
      kindnet.install(manifest);
      for (Node node : cluster.nodes()) {
        assertThat(condition(cluster, node, "NetworkUnavailable")).isEqualTo("False");
        assertThat(condition(cluster, node, "Ready")).isEqualTo("True");
      }
      cluster.apply(Manifests.daemonSet("web"));
      cluster.awaitRollout("daemonset/web");
      for (Pod from : cluster.pods("app=web")) {
        for (Pod to : cluster.pods("app=web")) {
          assertThat(from.ask(to.ipv4())).isEqualTo(to.name() + " saw " + from.ipv4());
          assertThat(from.ask(to.ipv6())).isEqualTo(to.name() + " saw " + from.ipv6());
        }
      }
      cluster.inNamespace("delete", "daemonset", "web", "--wait", "--cascade=foreground");
      if (manifest.equals(Kindnet.BRIDGE_MANIFEST)) {
        kindnet.delete(manifest);
      }
    }
  }

  @Test
  void podsAndTrafficOutliveTheManifest(TestCluster cluster) {
    Traffic traffic = Traffic.start(cluster);
    Kindnet kindnet = cluster.kindnet();

    kindnet.delete(Kindnet.MANIFEST);
    cluster.apply(Manifests.pod("between", cluster.node(1).name()));
    Pod between = cluster.awaitPod("between");
    assertThat(between.ask(traffic.sender().ipv4())).startsWith("sender saw ");

    kindnet.install(Kindnet.MANIFEST);
    traffic.assertNothingWasLost();
    cluster.inNamespace("delete", "pods", "--all");
    cluster.assertNothingLeaks();
  }

  private static String condition(TestCluster cluster, Node node, String type) {
    return cluster
        .kubectl()
        .run(
            "get",
            "node",
            node.name(),
            "-o",
            "jsonpath={.status.conditions[?(@.type==\"" + type + "\")].status}");
  }
}
