package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** More pods are wanted on a node than its pod CIDR has addresses. */
@RealCluster
class FullRangeE2E {
  private static final String POD_CIDR = "10.244.200.0/29";
  private static final int WANTED = 8;

  @Test
  void aFullNodeKeepsItsPodsAndStartsAnotherOnceOneHasGone(TestCluster cluster) {
    Node node = cluster.addNode(POD_CIDR);
    try {
      cluster.kindnet().awaitReady();
      List<Pod> running = fill(cluster, node);

      try (ReadyWatch ready = ReadyWatch.start(cluster, node)) {
        running.getFirst().crashAndAwaitRestart();
        ready.assertNodeStaysReady();
      }
      assertThat(running.stream().skip(1)).allSatisfy(pod -> assertThat(pod.restarts()).isZero());
      assertAnswer(node, running);
      assertNodeTells(cluster, node);

      List<String> before = running.stream().map(Pod::name).toList();
      cluster.inNamespace("delete", "pod", before.getFirst());
      Eventually.within(
          TestCluster.DEADLINE,
          () -> {
            List<Pod> after = running(cluster);
            assertThat(after).hasSameSizeAs(before);
            assertThat(after)
                .extracting(Pod::name)
                .containsAll(before.subList(1, before.size()))
                .doesNotContain(before.getFirst());
            assertAnswer(node, after);
          });
    } finally {
      cluster.inNamespace("delete", "pods", "--all");
      cluster.removeNode(node);
    }
  }

  /** Asks for pods until the node has no address any more; those that got one. */
  private static List<Pod> fill(TestCluster cluster, Node node) {
    for (int i = 1; i <= WANTED; i++) {
      cluster.apply(Manifests.pod("pod" + i, node.name()));
    }
    Eventually.within(
        TestCluster.DEADLINE,
        () -> {
          List<String> running = running(cluster).stream().map(Pod::name).toList();
          for (int i = 1; i <= WANTED; i++) {
            String name = "pod" + i;
            if (!running.contains(name)) {
              assertThat(cluster.events("Pod", name, "FailedCreatePodSandBox"))
                  .as("events of " + name)
                  .isNotEmpty();
            }
          }
        });
    List<Pod> running = running(cluster);
    assertThat(running).hasSizeBetween(2, WANTED - 1);
    return running;
  }

  /** The pods whose container runs. */
  private static List<Pod> running(TestCluster cluster) {
    List<Pod> running = new ArrayList<>();
    for (JsonNode item : Json.read(cluster.inNamespace("get", "pods", "-o", "json")).get("items")) {
      if (item.at("/status/containerStatuses/0/ready").asBoolean()
          && item.at("/metadata/deletionTimestamp").isMissingNode()) {
        running.add(Pod.of(cluster, item));
      }
    }
    return running;
  }

  private static void assertAnswer(Node node, List<Pod> pods) {
    for (Pod pod : pods) {
      assertThat(node.machine().run(Http.ask(pod.ipv4(), Pod.PORT)))
          .startsWith(pod.name() + " saw ");
    }
  }

  /** It is found by who looks at the Node, and by who looks at the metrics. */
  private static void assertNodeTells(TestCluster cluster, Node node) {
    Eventually.within(
        TestCluster.DEADLINE,
        () -> {
          JsonNode events = cluster.events("Node", node.name(), "NoAddressLeft");
          assertThat(events).isNotEmpty();
          assertThat(events.get(0).path("type").asText()).isEqualTo("Warning");
          assertThat(events.get(0).at("/involvedObject/uid").asText()).isEqualTo(node.name());
          assertThat(events.get(0).path("message").asText()).contains(POD_CIDR);
        });
    NodeMetrics metrics = NodeMetrics.of(node);
    assertThat(metrics.sum("kindnet_ipam_shortages_total")).isPositive();
    assertThat(metrics.sum("kindnet_ipam_range_used"))
        .isPositive()
        .isEqualTo(metrics.sum("kindnet_ipam_range_addresses"));
  }
}
