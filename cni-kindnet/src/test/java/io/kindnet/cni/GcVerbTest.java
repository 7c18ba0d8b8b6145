package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static io.kindnet.cni.CniNode.ip;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NetworkNamespaces
class GcVerbTest {
  private final Namespace host;
  private final Namespace first;
  private final Namespace second;

  @TempDir private Path dataDir;
  private CniNode node;

  GcVerbTest(Namespace host, Namespace first, Namespace second) {
    this.host = host;
    this.first = first;
    this.second = second;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cni.dev/valid-attachments", "cni.dev/attachments"})
  void removesWhatTheRuntimeDoesNotKnow(String key) throws CniException {
    node.withHostPort(80, 8080, "tcp").add("first", first);
    node.config().remove("runtimeConfig");
    node.withHostPort(81, 8080, "tcp").add("second", second);

    assertThat(gc(key, "second eth0")).isEqualTo(new Reply(0, ""));

    assertThat(keys()).containsExactly("second");
    assertThat(ip(first, "link", "show", "type", "veth")).isEmpty();
    assertThat(ip(second, "link", "show", "type", "veth")).hasSize(1);
    assertThat(node.hostPorts().installed()).singleElement().asString().startsWith("81/tcp");
  }

  @Test
  void tellsInterfacesOfOneContainerApart() throws CniException {
    node.add("first", first);
    node.call("ADD", "first", first.path().toString(), "net1", node.config());

    gc("cni.dev/valid-attachments", "first net1");

    assertThat(keys()).containsExactly("first/net1");
    assertThat(first.run("ip", "-br", "link")).contains("net1").doesNotContain("eth0");
  }

  @Test
  void leavesOtherNetworksAlone() throws CniException {
    node.add("first", first);
    node.config().put("name", "other");
    node.add("second", second);

    gc("cni.dev/valid-attachments");

    assertThat(keys()).containsExactly("first");
  }

  @Test
  void knowsTheRowsOfTheOriginalPlugin() throws CniException {
    try (Store store = node.store()) {
      for (String key : List.of("kept", "gone")) {
        store
            .pods()
            .insert(
                new PodRow(
                    key,
                    new PodIdentity("default", key, ""),
                    "/run/netns/" + key,
                    List.of(),
                    "knet00000000",
                    1500,
                    "",
                    null));
      }
    }

    gc("cni.dev/valid-attachments", "kept eth7");

    assertThat(keys()).containsExactly("kept");
  }

  @Test
  void restoresHostPorts() {
    node.withHostPort(80, 8080, "tcp").add("first", first);
    node.hostPorts().restore(List.of());

    gc("cni.dev/valid-attachments", "first eth0");

    assertThat(node.hostPorts().installed()).hasSize(1);
  }

  @Test
  void goesOnAfterAFailure() throws CniException {
    node.withHostPort(80, 8080, "tcp").add("first", first);
    node.config().remove("runtimeConfig");
    node.add("second", second);
    node.hostPorts().failing(true);

    Reply reply = gc("cni.dev/valid-attachments");

    assertThat(error(reply).path("msg").asText())
        .startsWith("cannot remove pod default/first (container first): ");
    assertThat(keys()).containsExactly("first");
  }

  private Reply gc(String key, String... valid) {
    ObjectNode config = node.config().deepCopy();
    ArrayNode attachments = config.putArray(key);
    for (String attachment : valid) {
      List<String> words = List.of(attachment.split(" "));
      attachments.addObject().put("containerID", words.getFirst()).put("ifname", words.getLast());
    }
    return node.call("GC", "", "", "", config);
  }

  private List<String> keys() throws CniException {
    try (Store store = node.store()) {
      return store.pods().all().stream().map(PodRow::key).toList();
    }
  }
}
