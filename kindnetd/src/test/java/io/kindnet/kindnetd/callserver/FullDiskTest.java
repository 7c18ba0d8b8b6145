package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.cni.model.NodeState;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Sqlite3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the database cannot grow, both ways of a call say so in the same words. */
@NetworkNamespaces
class FullDiskTest {
  private final Namespace node;
  private final Path socket;
  private final Path dataDir;
  private final CniClient client;

  FullDiskTest(Namespace node, @TempDir Path directory) {
    this.node = node;
    socket = directory.resolve("socket");
    dataDir = directory.resolve("small");
    client = new CniClient(node, dataDir);
  }

  @BeforeEach
  void mount() throws IOException {
    Files.createDirectory(dataDir);
    node.run("mount", "-t", "tmpfs", "-o", "size=512k", "none", dataDir.toString());
  }

  @AfterEach
  void unmount() {
    node.run("umount", dataDir.toString());
  }

  @Test
  void saysWhatThePluginSays(Namespace pod, Namespace neighbour) throws IOException {
    client.runCold(client.add("neighbour", neighbour, 81)).result();
    try (LocalCallServer server = LocalCallServer.start(node, socket, step -> {})) {
      NodeState before = NodeState.of(client.node(), client.database());
      Path rest = fill();

      AgentAnswer warm = client.add("pod", pod, 80).delegate(server.socket());

      assertThat(warm.error().path("code").asInt()).isEqualTo(5);
      assertThat(warm.error().path("msg").asText()).contains("No space left on device");
      assertThat(warm).isEqualTo(client.runCold(client.add("pod", pod, 80)));
      Files.delete(rest);
      assertThat(NodeState.of(client.node(), client.database())).isEqualTo(before);
      client.add("pod", pod, 80).delegate(server.socket()).result();
      assertThat(client.del("pod", pod).delegate(server.socket())).isEqualTo(AgentAnswer.SILENCE);
      assertThat(NodeState.of(client.node(), client.database())).isEqualTo(before);
    }
  }

  @Test
  void releasesAllThoughItHasKeptTheFileOpen(Namespace pod) throws IOException {
    try (LocalCallServer server = LocalCallServer.start(node, socket, step -> {})) {
      client.add("pod", pod, 80).delegate(server.socket()).result();
      // what is in the log only would need more space
      String move = "PRAGMA wal_checkpoint(TRUNCATE)";
      node.run(Sqlite3.command(client.database(), move));
      assertThat(client.del("nobody", null).delegate(server.socket()))
          .isEqualTo(AgentAnswer.SILENCE);
      final Path rest = fill();

      assertThat(client.del("pod", pod).delegate(server.socket())).isEqualTo(AgentAnswer.SILENCE);

      Files.delete(rest);
      NodeState after = NodeState.of(client.node(), client.database());
      assertThat(after.rows()).isEmpty();
      assertThat(after.links()).doesNotContain("knet");
      assertThat(after.rules()).doesNotContain("tcp . 80");
    }
  }

  private Path fill() {
    Path rest = dataDir.resolve("rest");
    assertThatThrownBy(() -> Files.write(rest, new byte[1 << 20])).isInstanceOf(IOException.class);
    return rest;
  }
}
