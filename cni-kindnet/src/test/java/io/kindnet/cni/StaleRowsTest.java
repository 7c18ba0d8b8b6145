package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that a reboot leaves give way when what they hold is needed, and others do not. */
@NetworkNamespaces
class StaleRowsTest {
  private static final String ONE_ADDRESS = "fd00:10:244:1::/126";

  private final Namespace host;
  private final Namespace old;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  StaleRowsTest(Namespace host, Namespace old, Namespace pod) {
    this.host = host;
    this.old = old;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, ONE_ADDRESS);
  }

  @Test
  void giveTheirAddress() throws CniException {
    node.add("old", old);
    reboot();

    JsonNode result = node.add("new", pod);

    assertThat(result.at("/ips/0/address").asText()).isEqualTo("fd00:10:244:1::3/128");
    assertThat(keys()).containsExactly("new");
  }

  @Test
  void giveTheirHostPort() throws CniException {
    node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.withHostPort(80, 8080, "tcp").add("old", old);
    reboot();

    node.add("new", pod);

    assertThat(keys()).containsExactly("new");
    assertThat(node.hostPorts().installed()).hasSize(1);
  }

  @Test
  void giveWayToTheSameContainer() throws CniException {
    node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.add("same", old);
    reboot();

    node.add("same", pod);

    assertThat(keys()).containsExactly("same");
  }

  @Test
  void stayWhileNothingOfThemIsNeeded() throws CniException {
    node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.add("old", old);
    reboot();

    node.add("new", pod);

    assertThat(keys()).containsExactly("old", "new");
  }

  @Test
  void areNoneWhileTheNamespaceIsThere() throws CniException {
    node.add("old", old);
    old.run("ip", "link", "del", "eth0");

    Reply reply = node.call("ADD", "new", pod.path().toString(), "eth0", node.config());

    assertThat(error(reply).path("code").asInt()).isEqualTo(100);
    assertThat(keys()).containsExactly("old");
  }

  @Test
  void areNoneWhileTheInterfaceIsThere() throws CniException, IOException {
    node.add("old", old);
    // a namespace that lives on without its name
    Process process = old.start("sh", "-c", "echo inside; exec sleep 600");
    assertThat(process.inputReader(UTF_8).readLine()).isEqualTo("inside");
    host.run("umount", old.path().toString());

    Reply reply = node.call("ADD", "new", pod.path().toString(), "eth0", node.config());

    assertThat(error(reply).path("code").asInt()).isEqualTo(100);
    assertThat(keys()).containsExactly("old");
    process.destroyForcibly();
  }

  /** The namespace goes, and the interface with it. */
  private void reboot() {
    old.run("ip", "link", "del", "eth0");
    old.close();
  }

  private List<String> keys() throws CniException {
    try (Store store = node.store()) {
      return store.pods().all().stream().map(PodRow::key).toList();
    }
  }
}
