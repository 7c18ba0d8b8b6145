package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another process has the database locked. */
@NetworkNamespaces
class LockedDatabaseTest {
  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  LockedDatabaseTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() throws Exception {
    node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.store().close();
  }

  @Test
  void aCallWaitsUntilItIsFree() throws Exception {
    Process holder = hold();
    CompletableFuture<JsonNode> added = CompletableFuture.supplyAsync(() -> node.add("abc", pod));
    // it has opened the file, and waits
    Eventually.within(
        Duration.ofSeconds(30), () -> assertThat(locksBesidesThoseOf(holder)).isTrue());
    assertThat(added).isNotDone();

    release(holder);

    assertThat(added.get(60, TimeUnit.SECONDS).path("ips")).hasSize(1);
  }

  @Test
  void aCallThatHasWaitedLongEnoughSaysForWhat() throws Exception {
    node.add("abc", pod);
    Process holder = hold();
    node.busyTimeout(new BusyTimeout(200));

    for (String verb : List.of("ADD", "DEL")) {
      String container = verb.equals("ADD") ? "other" : "abc";
      JsonNode error =
          error(
              node.call(
                  verb,
                  container,
                  pod.path().toString(),
                  verb.equals("ADD") ? "net1" : "eth0",
                  node.config()));
      assertThat(error.path("code").asInt()).isEqualTo(11);
      assertThat(error.path("msg").asText())
          .startsWith("database " + node.file() + ": others kept it locked for 200 ms: ");
    }

    release(holder);
    node.del("abc", pod);
    try (Store store = node.store()) {
      assertThat(store.pods().all()).isEmpty();
    }
  }

  private boolean locksBesidesThoseOf(Process holder) throws IOException {
    long inode = (Long) Files.getAttribute(dataDir, "unix:ino");
    try (var lines = Files.lines(Path.of("/proc/locks"))) {
      return lines.anyMatch(line ->
          line.contains("FLOCK")
              && line.contains(":" + inode + " ")
              && !line.contains(" " + holder.pid() + " "));
    }
  }

  /** A process that has the write lock. */
  private Process hold() throws IOException {
    Process holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                node.file().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
    assertThat(output.readLine()).isEqualTo("locked");
    return holder;
  }

  private static void release(Process holder) throws Exception {
    holder.getOutputStream().close();
    assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  /** Keeps the database locked until its standard input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws SQLException, IOException {
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + arguments[0]);
          Statement statement = connection.createStatement()) {
        statement.executeUpdate("BEGIN IMMEDIATE");
        System.out.println("locked");
        System.in.read();
        statement.executeUpdate("ROLLBACK");
      }
    }
  }
}
