package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that starts all its pods at once. */
@NetworkNamespaces
class ConcurrencyTest {
  private static final int PODS = 24;

  private final Namespace host;
  private final List<Namespace> pods = new ArrayList<>();

  @TempDir private Path dataDir;

  ConcurrencyTest(Namespace host) {
    this.host = host;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cni0"})
  void losesNothing(String bridge) throws Exception {
    // few more addresses than pods, so that choices collide
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/27", "fd00:10:244:1::/123");
    node.config().put("bridge", bridge);
    try {
      makePods();
      List<JsonNode> results =
          ConcurrentWork.times(PODS, pod -> node.add("c" + pod, pods.get(pod)));

      Set<String> addresses = new HashSet<>();
      results.forEach(r -> r.path("ips").forEach(ip -> addresses.add(ip.path("address").asText())));
      assertThat(addresses).hasSize(2 * PODS);
      List<Reply> checks =
          ConcurrentWork.times(PODS, pod -> node.check("c" + pod, pods.get(pod), results.get(pod)));
      assertThat(checks).containsOnly(new Reply(0, ""));

      ConcurrentWork.times(
          PODS,
          pod -> {
            node.del("c" + pod, pods.get(pod));
            return pod;
          });
      assertThat(host.run("ip", "link")).doesNotContain("knet");
      try (Store store = node.store()) {
        assertThat(store.pods().all()).isEmpty();
      }
    } finally {
      pods.forEach(Namespace::close);
    }
  }

  @Test
  void givesAHostPortToOne() throws Exception {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24");
    ObjectNode config = node.withHostPort(80, 8080, "tcp").config();
    try {
      makePods();
      List<Reply> replies =
          ConcurrentWork.times(
              PODS,
              pod -> node.call("ADD", "c" + pod, pods.get(pod).path().toString(), "eth0", config));

      assertThat(replies).filteredOn(reply -> reply.exitCode() == 0).hasSize(1);
      assertThat(replies)
          .filteredOn(reply -> reply.exitCode() != 0)
          .allMatch(reply -> reply.document().contains("host port 80/tcp on 0.0.0.0 is held by"));
      assertThat(node.hostPorts().installed()).hasSize(1);
    } finally {
      pods.forEach(Namespace::close);
    }
  }

  private void makePods() {
    for (int pod = 0; pod < PODS; pod++) {
      pods.add(Namespace.create("pod" + pod));
    }
  }
}
