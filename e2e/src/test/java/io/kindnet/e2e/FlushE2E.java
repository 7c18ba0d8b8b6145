package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.e2e.cluster.ProxyMode;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Somebody flushes all rules of a node, as a restart of firewalld or of nftables.service does,
 * while pods talk.
 */
@RealCluster
class FlushE2E {
  private static final int HOST_PORT = 8081;

  /** A second is what the documentation says; machines that run scenarios are busy. */
  private static final Duration REPAIR_DEADLINE = Duration.ofSeconds(20);

  /** Flushes, and prints after how many milliseconds the rules of kindnet are there again. */
  private static final String FLUSH =
      """
      begin=$(date +%s%N)
      nft flush ruleset
      until nft list table inet kindnet-ipmasq >/dev/null 2>&1; do :; done
      for map in hostport-any-v4 hostport-any-v6; do
        until nft list map inet cni-kindnet $map 2>/dev/null | grep -q ' 8081 '; do :; done
      done
      echo $((($(date +%s%N) - begin) / 1000000))
      """;

  @Test
  void masqueradingAndHostPortsComeBackAndPodsLoseNothing(TestCluster cluster) {
    Outside.on(cluster);
    for (Node node : cluster.nodes()) {
      cluster.apply(
          Manifests.pod(
              webOn(node), node.name(), "{containerPort: 8080, hostPort: " + HOST_PORT + "}"));
    }
    for (Node node : cluster.nodes()) {
      assertMasqueradingAndHostPort(cluster, node, cluster.awaitPod(webOn(node)));
    }
    Traffic traffic = Traffic.startBetweenPods(cluster);
    for (Node node : cluster.nodes()) {
      Pod web = cluster.awaitPod(webOn(node));
      try {
        String milliseconds = flush(node.machine());
        Progress.say("  rules of " + node.name() + " are back after " + milliseconds + " ms");
        assertThat(Long.parseLong(milliseconds)).isLessThan(REPAIR_DEADLINE.toMillis());
        assertMasqueradingAndHostPort(cluster, node, web);
      } finally {
        node.restartKubeProxy(ProxyMode.DEFAULT); // its rules were flushed, too
      }
    }
    traffic.assertNothingWasLost();
    for (Node node : cluster.nodes()) {
      assertThat(cluster.kindnet().readiness(node)).endsWith("\nready");
    }
    cluster.assertNothingLeaks();
  }

  private static String webOn(Node node) {
    return "web-" + node.name();
  }

  private static String flush(Machine machine) {
    return machine.run("timeout", "120", "sh", "-c", FLUSH).strip();
  }

  /**
   * The outside sees the node instead of the pod, and reaches the pod through the node's port.
   * Packets of new connections are only lost while there are no rules.
   */
  private static void assertMasqueradingAndHostPort(TestCluster cluster, Node node, Pod pod) {
    for (String address : node.addresses()) {
      String server = address.contains(":") ? Outside.IPV6 : Outside.IPV4;
      Eventually.within(
          REPAIR_DEADLINE,
          () ->
              assertThat(pod.run(Http.ask(server, Pod.PORT, 2)).strip())
                  .isEqualTo("outside saw " + address));
      Eventually.within(
          REPAIR_DEADLINE,
          () ->
              assertThat(cluster.outside().run(Http.ask(address, HOST_PORT, 2)))
                  .startsWith(pod.name() + " saw "));
    }
  }
}
