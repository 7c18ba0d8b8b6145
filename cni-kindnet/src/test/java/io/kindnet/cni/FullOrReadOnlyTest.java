package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static io.kindnet.cni.CniNode.ip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database on a file system that is full, or read-only. */
@NetworkNamespaces
class FullOrReadOnlyTest {
  private final Namespace host;
  private final Namespace first;
  private final Namespace second;

  @TempDir private Path temporary;
  private Path dataDir = Path.of("");
  private CniNode node;

  FullOrReadOnlyTest(Namespace host, Namespace first, Namespace second) {
    this.host = host;
    this.first = first;
    this.second = second;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() throws IOException {
    dataDir = Files.createDirectory(temporary.resolve("small"));
    host.run("mount", "-t", "tmpfs", "-o", "size=512k", "none", dataDir.toString());
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64").withRealRules();
  }

  @AfterEach
  void unmount() {
    host.run("umount", dataDir.toString());
  }

  @Test
  void addSaysThatTheFileSystemIsFullAndLeavesNothing() throws Exception {
    node.withHostPort(80, 8080, "tcp").add("first", first);
    fill();

    assertRefused("second", 81, 5, "No space left on device");

    free();
    expose(81).add("second", second);
    assertThat(keys()).containsExactly("first", "second");
  }

  @Test
  void addSaysSoWhereThereWasNeverRoom() throws Exception {
    fill();

    assertRefused("second", 81, 5, "No space left on device");

    free();
    node.add("second", second);
  }

  @Test
  void delReleasesAllWithoutSpace() throws Exception {
    node.withHostPort(80, 8080, "tcp").add("first", first);
    expose(81).add("second", second);
    fill();

    node.del("first", first);

    assertThat(keys()).containsExactly("second");
    assertThat(ip(first, "link", "show", "type", "veth")).isEmpty();
    assertThat(rules()).contains("tcp . 81").doesNotContain("tcp . 80");
    node.del("second", second);
    node.del("second", second);
    assertNothingLeft();
    free();
    node.add("first", first);
    try (Store store = node.store()) {
      assertThat(store.pods().all()).hasSize(1);
    }
    assertThat(run("PRAGMA journal_mode")).isEqualTo("wal");
    assertThat(run("PRAGMA integrity_check")).isEqualTo("ok");
  }

  @Test
  void gcReleasesAllWithoutSpace() throws Exception {
    node.withHostPort(80, 8080, "tcp").add("first", first);
    fill();

    node.config().putArray("cni.dev/valid-attachments");
    assertThat(node.call("GC", "", "", "", node.config())).isEqualTo(new Reply(0, ""));

    assertNothingLeft();
  }

  @Test
  void anAddThatFindsNoSpaceOnItsWayBackLeavesOnlyItsRow() throws Exception {
    node.add("second", second);
    node.del("second", second);
    failOnFullDisk();

    node.del("first", first);
    assertNothingLeft();
  }

  @Test
  void delReleasesInterfaceAndPortsWhereNotEvenTheLogFits() throws Exception {
    // the first call makes all of the file, and finds no room for it in the end
    failOnFullDisk();

    JsonNode error =
        error(node.call("DEL", "first", first.path().toString(), "eth0", node.config()));
    assertThat(error.path("msg").asText())
        .contains("its row stays: database " + node.file() + ": No space left on device");
    assertThat(rules()).doesNotContain("tcp . ");

    free();
    node.del("first", first);
    assertNothingLeft();
  }

  @Test
  void addSaysThatTheFileSystemIsReadOnly() throws Exception {
    node.withHostPort(80, 8080, "tcp").add("first", first);
    remount("ro");

    assertRefused("second", 81, 5, "Read-only file system");
    assertThat(node.call("STATUS", "", "", "", node.config()))
        .as("the pods that are there must stay")
        .isEqualTo(new Reply(0, ""));

    remount("rw");
    expose(81).add("second", second);
    assertThat(keys()).containsExactly("first", "second");
  }

  @Test
  void delReleasesInterfaceAndPortsWhereTheRowMustStay() throws Exception {
    node.withHostPort(80, 8080, "tcp").add("first", first);
    remount("ro");

    for (int time = 0; time < 2; time++) {
      JsonNode error =
          error(node.call("DEL", "first", first.path().toString(), "eth0", node.config()));
      assertThat(error.path("code").asInt()).isEqualTo(5);
      assertThat(error.path("msg").asText())
          .startsWith(
              "pod default/first (container first) has lost its interface and host ports,"
                  + " its row stays: database "
                  + node.file()
                  + ": Read-only file system: ");
      assertThat(host.run("ip", "-br", "link")).doesNotContain("knet");
      assertThat(rules()).doesNotContain("tcp . 80");
    }

    remount("rw");
    assertThat(keys()).containsExactly("first");
    node.del("first", first);
    assertNothingLeft();
  }

  @Test
  void delOfAPodThatNobodyKnowsSucceedsAlsoThere() throws Exception {
    node.add("first", first);
    remount("ro");

    node.del("unknown", null);
    assertThat(ip(first, "link", "show", "type", "veth")).hasSize(1);
  }

  /** An ADD for which there is no space any more when it has to be undone. */
  private void failOnFullDisk() {
    node.listener(step -> {
      if (step == Step.POD_ROUTED) {
        fill();
        throw new IllegalStateException("a fault");
      }
    });

    Reply reply = node.call("ADD", "first", first.path().toString(), "eth0", node.config());

    assertThat(reply.exitCode()).isEqualTo(1);
    assertThat(host.run("ip", "-br", "link")).doesNotContain("knet");
    assertThat(ip(first, "link", "show", "type", "veth")).isEmpty();
    node.listener(null);
  }

  private CniNode expose(int port) {
    node.config().remove("runtimeConfig");
    return node.withHostPort(port, 8080, "tcp");
  }

  private void assertRefused(String container, int port, int code, String reason) {
    JsonNode error =
        error(node.call("ADD", container, second.path().toString(), "eth0", expose(port).config()));
    assertThat(error.path("msg").asText()).startsWith("database " + node.file()).contains(reason);
    assertThat(error.path("code").asInt()).isEqualTo(code);
    assertThat(ip(second, "link", "show", "type", "veth")).isEmpty();
    assertThat(rules()).doesNotContain("tcp . " + port);
  }

  private void assertNothingLeft() {
    assertThat(host.run("ip", "-br", "link")).doesNotContain("knet");
    assertThat(host.run("ip", "route")).isEmpty();
    assertThat(rules()).doesNotContain("tcp . ");
    assertThat(run("SELECT count(*) FROM pods")).isEqualTo("0");
    assertThat(run("SELECT count(*) FROM portmap_entries")).isEqualTo("0");
  }

  private String rules() {
    return host.run("nft", "list", "ruleset");
  }

  /** What a reader gets that has the file alone, for which it needs no space. */
  private String run(String query) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + node.file());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA locking_mode = EXCLUSIVE");
      List<String> rows = new ArrayList<>();
      try (ResultSet result = statement.executeQuery(query)) {
        while (result.next()) {
          rows.add(result.getString(1));
        }
      }
      return String.join("\n", rows);
    } catch (SQLException refused) {
      throw new AssertionError(refused);
    }
  }

  private void fill() {
    assertThatThrownBy(() -> Files.write(dataDir.resolve("rest"), new byte[1 << 20]))
        .isInstanceOf(IOException.class);
  }

  private void free() throws IOException {
    Files.delete(dataDir.resolve("rest"));
  }

  private void remount(String option) {
    host.run("mount", "-o", "remount," + option, dataDir.toString());
  }

  private List<String> keys() {
    return run("SELECT container_id FROM pods ORDER BY rowid").lines().toList();
  }
}
