package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** kindnet is installed by its controller, and follows a Configuration. */
@RealCluster
class ControllerE2E {
  private static final String IMAGE = "kindnet/kindnetd:0.1.0";

  /** Of a registry that refuses every connection, on the node itself. */
  private static final String BROKEN_IMAGE = "localhost:1/kindnet/none:1";

  /** Longer than the Lease of a leader that cannot renew it. */
  private static final Duration OUTAGE = Duration.ofSeconds(30);

  @Test
  void aBareClusterFollowsItsConfigurationAndIsCleanAfterwards(TestCluster cluster) {
    makeBare(cluster);
    RequestAudit requests = RequestAudit.begin(cluster);
    try (InstalledController controller = InstalledController.installInOneCommand(cluster)) {
      controller.await("Ready");
      int nodes = cluster.nodes().size();
      assertThat(controller.line()).isEqualTo(line(IMAGE, "True False False", nodes, nodes));
      cluster.kindnet().awaitReady();

      Traffic traffic = Traffic.start(cluster);
      controller.change("\"logLevel\": 2");
      controller.await("Progressing");
      controller.await("Ready");
      assertAgentsHave(cluster, "-v=2");
      aBrokenImageStopsTheRollOut(cluster, controller);
      whatOthersChangeIsPutBack(cluster, controller);
      traffic.assertNothingWasLost();

      controller.change("\"onDelete\": \"Clean\"");
      controller.await("Ready");
      cluster.inNamespace("delete", "pods", "--all", "--wait");
      controller.deleteConfiguration();
      for (Node node : cluster.nodes()) {
        Leaks.assertNothingOfKindnet(node.machine());
      }
      requests.assertRightsAreThoseItUsed();
    }
  }

  @Test
  void agentsOfAManifestAreTakenOverAsTheyRun(TestCluster cluster) {
    takeOver(cluster, Kindnet.MANIFEST, "");
    takeOver(cluster, Kindnet.BRIDGE_MANIFEST, "cni: {mode: bridge}");
  }

  @Test
  void theControllerGoesOnWhenTheApiServerIsBack(TestCluster cluster) {
    try (InstalledController controller = InstalledController.install(cluster, "")) {
      controller.await("Ready");
      long begin = System.nanoTime();
      cluster.apiServer().kill();
      Eventually.within(
          OUTAGE.multipliedBy(2),
          () -> assertThat(System.nanoTime() - begin).isGreaterThan(OUTAGE.toNanos()));
      cluster.apiServer().start();
      cluster.apiServer().awaitReady();

      controller.change("\"logLevel\": 2");
      controller.await("Progressing");
      controller.await("Ready");
      assertAgentsHave(cluster, "-v=2");
      controller.deleteConfiguration();
    }
  }

  /** Nodes that have not had a network yet, which are not ready. */
  private static void makeBare(TestCluster cluster) {
    cluster.kindnet().removeEverywhere();
    cluster
        .kubectl()
        .run(
            "wait",
            "--for=condition=Ready=false",
            "nodes",
            "--all",
            "--timeout=" + TestCluster.DEADLINE.toSeconds() + "s");
  }

  private static void aBrokenImageStopsTheRollOut(
      TestCluster cluster, InstalledController controller) {
    List<String> before = cluster.kindnet().pods();
    int nodes = cluster.nodes().size();
    controller.change("\"kindnetdImage\": \"" + BROKEN_IMAGE + "\"");
    controller.await("Degraded");
    assertThat(controller.line())
        .isEqualTo(line(BROKEN_IMAGE, "False False True", nodes, nodes - 1));

    JsonNode failed = controller.status().path("failedNodes");
    assertThat(failed).hasSize(1);
    String node = failed.at("/0/node").asText();
    assertThat(cluster.nodes()).extracting(Node::name).contains(node);
    assertThat(controller.condition("Degraded"))
        .startsWith("True RolloutStopped: node " + node + ": Pod kindnet-")
        .contains("container install-cni-bin: ", "Pull");
    // no other agent was replaced
    List<String> kept = new ArrayList<>(cluster.kindnet().pods());
    kept.retainAll(before);
    assertThat(kept).hasSize(nodes - 1);

    controller.change("\"kindnetdImage\": \"" + IMAGE + "\"");
    controller.await("Ready");
    assertThat(controller.line()).isEqualTo(line(IMAGE, "True False False", nodes, nodes));
    assertThat(cluster.kindnet().pods()).containsAll(kept);
  }

  private static void whatOthersChangeIsPutBack(
      TestCluster cluster, InstalledController controller) {
    cluster
        .kubectl()
        .run("-n", "kube-system", "annotate", "daemonset/kindnet", "example.com/team=net");
    cluster.kindnet().setImage(BROKEN_IMAGE);
    Eventually.within(
        TestCluster.DEADLINE,
        () ->
            assertThat(daemonSet(cluster, "{.spec.template.spec.containers[*].image}"))
                .isEqualTo(IMAGE));
    controller.await("Ready");
    cluster.kindnet().awaitReady();
    assertThat(daemonSet(cluster, "{.metadata.annotations.example\\.com/team}")).isEqualTo("net");
  }

  private static void takeOver(TestCluster cluster, String manifest, String fields) {
    Kindnet kindnet = cluster.kindnet();
    kindnet.delete(Kindnet.MANIFEST);
    kindnet.install(manifest);
    List<String> before = kindnet.pods();
    String generation = daemonSet(cluster, "{.metadata.generation}");
    try (InstalledController controller = InstalledController.install(cluster, fields)) {
      controller.await("Ready");
      assertThat(daemonSet(cluster, "{.metadata.generation}")).as(manifest).isEqualTo(generation);
      assertThat(kindnet.pods()).containsExactlyInAnyOrderElementsOf(before);
      for (Node node : cluster.nodes()) {
        assertThat(kindnet.restarts(node)).isZero();
      }
      // a field that kubectl had set, and that the Configuration does not call for any more
      controller.change("\"cni\": null");
      controller.await("Ready");
      assertThat(daemonSet(cluster, "{.spec.template.spec.containers[0].env[*].name}"))
          .doesNotContain("CNI_BRIDGE");
      controller.deleteConfiguration();
    }
  }

  private static void assertAgentsHave(TestCluster cluster, String argument) {
    for (String pod : cluster.kindnet().pods()) {
      assertThat(
              cluster
                  .kubectl()
                  .run(
                      "-n",
                      "kube-system",
                      "get",
                      "pod",
                      pod,
                      "-o",
                      "jsonpath={.spec.containers[0].args[*]}"))
          .as(pod)
          .contains(argument);
    }
  }

  private static String line(String image, String conditions, int nodes, int updated) {
    return "kube-system kindnet " + image + " " + conditions + " " + nodes + " " + updated;
  }

  private static String daemonSet(TestCluster cluster, String jsonPath) {
    return cluster
        .kubectl()
        .run("-n", "kube-system", "get", "daemonset", "kindnet", "-o", "jsonpath=" + jsonPath);
  }
}
