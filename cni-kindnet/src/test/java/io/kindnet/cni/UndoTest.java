package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static io.kindnet.cni.CniNode.ip;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An ADD that fails half-way leaves nothing, wherever that is, and a later one succeeds. */
@NetworkNamespaces
class UndoTest {
  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  UndoTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    node.withHostPort(80, 8080, "tcp");
  }

  @AfterEach
  void laterOneSucceeds() {
    node.add("later", pod);
    assertThat(node.hostPorts().installed()).hasSize(2);
  }

  @Test
  void atTheAddresses() throws CniException {
    node.config().putArray("ranges").add("10.244.1.0/32");

    assertUndone(100);
    node.config().putArray("ranges").add("10.244.1.0/24").add("fd00:10:244:1::/64");
  }

  @Test
  void atTheHostPorts(Namespace other) throws CniException {
    JsonNode holder = node.add("holder", other);
    assertThat(holder.path("ips")).hasSize(2);
    Reply reply = node.call("ADD", "abc", pod.path().toString(), "eth0", node.config());

    assertThat(error(reply).path("code").asInt()).isEqualTo(101);
    try (Store store = node.store()) {
      assertThat(store.pods().all()).hasSize(1);
    }
    node.del("holder", other);
  }

  @Test
  void atTheBridge() throws CniException {
    host.run("ip", "link", "add", "cni0", "type", "veth", "peer", "name", "other");
    node.config().put("bridge", "cni0");

    assertUndone(7);
    node.config().put("bridge", "");
  }

  @Test
  void atTheSecondAddressOfTheInterface() throws CniException {
    node.listener(step -> {
      if (step == Step.POD_ROUTED) {
        pod.run("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1");
      }
    });

    assertUndone(102);
    node.listener(null);
  }

  @Test
  void atTheRulesForHostPorts() throws CniException {
    node.hostPorts().failing(true);

    assertUndone(102);
    node.hostPorts().failing(false);
  }

  private void assertUndone(int code) throws CniException {
    JsonNode error = error(node.call("ADD", "abc", pod.path().toString(), "eth0", node.config()));

    assertThat(error.path("code").asInt()).as(error.path("msg").asText()).isEqualTo(code);
    try (Store store = node.store()) {
      assertThat(store.pods().all()).isEmpty();
      assertThat(store.ports().all()).isEmpty();
    }
    assertThat(host.run("ip", "link")).doesNotContain("knet");
    assertThat(ip(pod, "link", "show", "type", "veth")).isEmpty();
    assertThat(node.hostPorts().installed()).isEmpty();
  }
}
