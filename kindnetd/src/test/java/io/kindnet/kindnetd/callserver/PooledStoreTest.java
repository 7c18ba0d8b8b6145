package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Sqlite3;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to the database between two calls of the agent is seen by the second one. */
@NetworkNamespaces
class PooledStoreTest {
  private final Path socket;
  private final CniClient client;
  private final Path database;
  private final Namespace node;
  private final Namespace first;
  private final Namespace second;
  private LocalCallServer server;

  PooledStoreTest(Namespace node, Namespace first, Namespace second, @TempDir Path directory) {
    this.node = node;
    this.first = first;
    this.second = second;
    socket = directory.resolve("socket");
    client = new CniClient(node, directory);
    database = client.database();
  }

  @BeforeEach
  void addFirst() {
    server = LocalCallServer.start(node, socket, step -> {});
    warmAdd("first", first, 80);
    look();
  }

  @AfterEach
  void end() {
    server.close();
  }

  private void warmAdd(String container, Namespace pod, int hostPort) {
    client.add(container, pod, hostPort).delegate(socket).result();
  }

  /** A call that changes nothing, after which the agent keeps the file as it is now. */
  private void look() {
    assertThat(client.del("nobody", null).delegate(socket)).isEqualTo(AgentAnswer.SILENCE);
  }

  /** Otherwise SQLite reads what it has just written from there. */
  private void moveLogIntoFile() {
    sql("PRAGMA wal_checkpoint(TRUNCATE)");
    look();
  }

  @Test
  void aColdCallSeesTheRowsAtOnceAndTheOtherWayRound() {
    DelegatedCall wantsTheSame = client.add("second", second, 80);
    assertThat(client.runCold(wantsTheSame).error().path("msg").asText())
        .contains("held by pod default/first");

    assertThat(client.runCold(client.del("first", first))).isEqualTo(AgentAnswer.SILENCE);

    wantsTheSame.delegate(socket).result();
    assertThat(keys()).isEqualTo("second\n");
  }

  @Test
  void anotherFileWithItsName() throws IOException {
    Path backup = database.resolveSibling("backup.db");
    sql("VACUUM INTO '" + backup + "'");
    deleteDatabase();
    Files.move(backup, database);

    warmAdd("second", second, 81);

    assertThat(keys()).isEqualTo("first\nsecond\n");
  }

  @Test
  void aCopyInItsPlace() throws IOException {
    moveLogIntoFile();
    byte[] backup = Files.readAllBytes(database);
    assertThat(client.del("first", first).delegate(socket)).isEqualTo(AgentAnswer.SILENCE);
    moveLogIntoFile();

    Files.write(database, backup);

    assertThat(client.add("second", second, 80).delegate(socket).error().path("msg").asText())
        .contains("held by pod default/first");
  }

  @Test
  void noFileAnyMore() throws IOException {
    deleteDatabase();

    warmAdd("second", second, 81);

    assertThat(keys()).matches("\\?/knet\\w+\nsecond\n");
  }

  @Test
  void aDamagedFileIsSetAside() throws IOException {
    moveLogIntoFile();
    Files.writeString(database, "some text instead of a database\n".repeat(2000));

    warmAdd("second", second, 81);

    assertThat(setAside()).hasSize(1);
    assertThat(keys()).matches("\\?/knet\\w+\nsecond\n");
  }

  @Test
  void aNewerSchemaIsRefusedUntilItIsGone() {
    sql("PRAGMA user_version = 7");
    assertThat(client.add("second", second, 81).delegate(socket).error().path("msg").asText())
        .contains("its schema has version 7");

    sql("PRAGMA user_version = 3");

    warmAdd("second", second, 81);
    assertThat(keys()).isEqualTo("first\nsecond\n");
  }

  @Test
  void whatOthersMayReadIsClosedToThem() throws IOException {
    Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-r--r--"));

    warmAdd("second", second, 81);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(database)))
        .isEqualTo("rw-------");
  }

  private void deleteDatabase() throws IOException {
    Files.delete(database);
    // which are there as long as the agent keeps the file open
    Files.deleteIfExists(Path.of(database + "-wal"));
    Files.deleteIfExists(Path.of(database + "-shm"));
  }

  /** As somebody without the agent does it. */
  private String sql(String statement) {
    return node.run(Sqlite3.command(database, statement));
  }

  private String keys() {
    return sql("SELECT container_id FROM pods ORDER BY 1");
  }

  private List<Path> setAside() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(database.getParent(), "*.corrupt-*Z")) {
      found.forEach(files::add);
    }
    return files;
  }
}
