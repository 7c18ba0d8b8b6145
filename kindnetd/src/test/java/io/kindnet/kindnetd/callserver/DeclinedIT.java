package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Sqlite3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls that reach an agent which is not theirs: it sees another network, or another directory by
 * the name of the database's. The plugin does them by itself, where they belong.
 */
@NetworkNamespaces
class DeclinedIT {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private final Path directory;
  private final CniClient client;
  private final PluginLauncher launcher;
  private final ServingAgent agent;

  DeclinedIT(Namespace node, @TempDir Path directory) throws IOException {
    this.directory = directory;
    client = new CniClient(node, Files.createDirectory(directory.resolve("data")));
    Path socket = directory.resolve("socket");
    launcher = new PluginLauncher(client, socket);
    client.runCold(client.del("nobody", null));
    agent = ServingAgent.start(node, socket);
  }

  @BeforeEach
  void serveOneCall(Namespace first) {
    Eventually.within(
        DEADLINE,
        () -> {
          // on a busy machine the agent may greet too late, and the launcher does without it
          assertThat(launcher.run(client.del("first", first))).isEqualTo(AgentAnswer.SILENCE);
          sql(client.database(), "DELETE FROM calls");
          launcher.run(client.add("first", first, 0)).result();
          assertThat(ways()).as("the agent answers what is its own").isEqualTo("WARM\n");
        });
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  @Test
  void forAnotherNetwork(Namespace other, Namespace pod) {
    List<String> there = List.of("nsenter", "--net=" + other.path());

    launcher.runThrough(there, client.add("pod", pod, 0)).result();

    assertThat(other.run("ip", "-o", "link")).contains("knet");
    assertThat(client.node().run("ip", "-o", "link").lines())
        .filteredOn(line -> line.contains("knet"))
        .as("the first pod's")
        .hasSize(1);
    assertThat(ways()).isEqualTo("COLD\nWARM\n");
    assertThat(launcher.runThrough(there, client.del("pod", pod))).isEqualTo(AgentAnswer.SILENCE);
    assertThat(other.run("ip", "-o", "link")).doesNotContain("knet");
  }

  @Test
  void forAnotherDirectoryOfTheSameName(Namespace pod) throws IOException {
    Path hidden = Files.createDirectory(directory.resolve("hidden"));
    List<String> elsewhere =
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount --bind " + hidden + " " + directory.resolve("data") + " && exec \"$@\"",
            "sh");

    launcher.runThrough(elsewhere, client.add("pod", pod, 0)).result();

    assertThat(pods(hidden.resolve("cni.db"))).contains("pod\n");
    assertThat(pods(client.database())).isEqualTo("first\n");
    assertThat(ways()).as("in the agent's database").isEqualTo("WARM\n");
    assertThat(launcher.runThrough(elsewhere, client.del("pod", pod)))
        .isEqualTo(AgentAnswer.SILENCE);
  }

  private String pods(Path database) {
    return sql(database, "SELECT container_id FROM pods");
  }

  /** Who served the ADDs that the database knows of. */
  private String ways() {
    return sql(client.database(), "SELECT way FROM calls WHERE verb = 'ADD' ORDER BY way");
  }

  private String sql(Path database, String query) {
    return client.node().run(Sqlite3.command(database, query));
  }
}
