package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.netlink.libc.AdvisoryLock;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Sqlite3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** STATUS fails for what makes the plugin useless, and for nothing that one ADD lacks. */
@NetworkNamespaces
class StatusVerbTest {
  private final Namespace host;

  @TempDir private Path dataDir;

  StatusVerbTest(Namespace host) {
    this.host = host;
  }

  @Test
  void onlyLooks() {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");

    assertWell(node);
    assertThat(node.file()).doesNotExist();
  }

  /** What ADD tells: a node that fails STATUS loses the pods that have their addresses. */
  @Test
  void doesNotAskForAnAddress(Namespace pod, Namespace other) {
    CniNode node = new CniNode(host, dataDir, "fd00:10:244:1::/126");
    node.add("abc", pod);

    assertWell(node);
    Reply add = node.call("ADD", "other", other.path().toString(), "eth0", node.config());
    assertThat(error(add).path("code").asInt()).isEqualTo(100);
    assertWell(node);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[\"127.0.0.0/8\"]", "[\"nonsense\"]", "17"})
  void leavesRangesThatServeNobodyToAdd(String ranges) {
    CniNode node = new CniNode(host, dataDir);
    node.config().set("ranges", CniNode.parse(ranges));

    assertWell(node);
  }

  @Test
  void leavesIpv6ThatIsOffToAdd() {
    host.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");

    assertWell(new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"BEGIN EXCLUSIVE", "PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE"})
  void doesNotWaitForALock(String lock, Namespace pod) throws SQLException {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.add("abc", pod);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + node.file());
        Statement statement = connection.createStatement()) {
      for (String sql : lock.split("; ")) {
        statement.execute(sql);
      }
      // whoever waits for it would say "try again later" then
      node.busyTimeout(new BusyTimeout(1));

      assertWell(node);

      Reply del = node.call("DEL", "abc", "", "eth0", node.config());
      assertThat(error(del).path("code").asInt()).isEqualTo(11);
    }
  }

  @Test
  void doesNotWaitForWhoSetsADamagedFileAside(Namespace pod) throws IOException {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.add("abc", pod);
    Damage.NO_DATABASE.of(node.file());
    byte[] before = Files.readAllBytes(node.file());
    try (AdvisoryLock alone = AdvisoryLock.tryExclusive(dataDir.toString())) {
      assertThat(alone).isNotNull();

      assertWell(node);
    }
    assertThat(Files.readAllBytes(node.file())).as("left to a call that changes").isEqualTo(before);
  }

  /** A disk that hangs: opening a FIFO for writing waits until somebody reads. */
  @Test
  void doesNotWaitForTheDisk() {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24");
    Path fifo = dataDir.resolve("log");
    host.run("mkfifo", fifo.toString());

    Reply reply =
        node.call(
            Map.of("CNI_COMMAND", "STATUS", "CNI_LOG_FILE", fifo.toString()),
            node.config().toString());

    assertThat(reply).isEqualTo(new Reply(0, ""));
  }

  @Test
  void needsADatabaseThatCanBeMade() throws IOException {
    Path file = Files.writeString(dataDir.resolve("file"), "a file where a directory should be");

    assertUnavailable(
        new CniNode(host, file.resolve("below"), "10.244.1.0/24"),
        "database " + file.resolve("below") + "/cni.db: it cannot be made: " + file + " is not");
  }

  @Test
  void needsAFileAsDatabase() {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24");
    host.run("mkfifo", node.file().toString());

    assertUnavailable(node, "database " + node.file() + ": it is not a regular file");
  }

  @Test
  void needsADatabaseThatItKnows(Namespace pod) {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.add("abc", pod);
    host.run(Sqlite3.command(node.file(), "PRAGMA user_version = 99"));

    assertUnavailable(node, "its schema has version 99, this program knows ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"size=256k", "ro"})
  void doesNotNeedADatabaseThatCanBeWritten(String mountOption) throws Exception {
    Path small = Files.createDirectory(dataDir.resolve("small"));
    host.run("mount", "-t", "tmpfs", "-o", "size=256k", "none", small.toString());
    try {
      CniNode node = new CniNode(host, small, "10.244.1.0/24");
      node.store().close();
      assertThatThrownBy(() -> Files.write(small.resolve("rest"), new byte[1 << 20]))
          .isInstanceOf(IOException.class);
      host.run("mount", "-o", "remount," + mountOption, small.toString());

      assertWell(node);
    } finally {
      host.run("umount", small.toString());
    }
  }

  @Test
  void needsADiskOnWhichADatabaseCanBeMade() throws IOException {
    Path readOnly = Files.createDirectory(dataDir.resolve("small"));
    host.run("mount", "-t", "tmpfs", "-o", "ro", "none", readOnly.toString());
    try {
      CniNode node = new CniNode(host, readOnly.resolve("below"), "10.244.1.0/24");

      assertUnavailable(node, "it cannot be made: " + readOnly + " is not writable");
    } finally {
      host.run("umount", readOnly.toString());
    }
  }

  private static void assertWell(CniNode node) {
    assertThat(status(node)).isEqualTo(new Reply(0, ""));
  }

  private static Reply status(CniNode node) {
    return node.call("STATUS", "", "", "", node.config());
  }

  private static void assertUnavailable(CniNode node, String reason) {
    JsonNode error = node.statusError();

    assertThat(error.path("code").asInt()).isEqualTo(50);
    assertThat(error.path("msg").asText()).contains(reason);
  }
}
