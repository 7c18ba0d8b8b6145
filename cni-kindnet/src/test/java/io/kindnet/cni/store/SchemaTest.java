package io.kindnet.cni.store;

import static io.kindnet.cni.protocol.CniErrorCode.IO_FAILURE;
import static io.kindnet.cni.protocol.CniErrors.assertError;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.Attachment;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.ip.IpPrefix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is new, one of the original plugin, and ones that cannot be used. */
class SchemaTest {
  @TempDir private Path temporary;
  private Path file = Path.of("");

  @BeforeEach
  void chooseFile() {
    file = temporary.resolve("cni.db");
  }

  @Test
  void hasTheTablesThatPeopleScriptAgainst() throws CniException {
    Store.open(file).close();

    assertThat(columns("ipam_ranges"))
        .containsExactly("id INTEGER", "subnet TEXT", "description TEXT");
    assertThat(columns("pods"))
        .containsExactly(
            "container_id TEXT",
            "name TEXT",
            "namespace TEXT",
            "uid TEXT",
            "netns TEXT",
            "ip_address_v4 TEXT",
            "ip_address_v6 TEXT",
            "ip_gateway_v4 TEXT",
            "ip_gateway_v6 TEXT",
            "interface_name TEXT",
            "interface_mtu INTEGER",
            "creation_timestamp DATETIME");
    assertThat(columns("portmap_entries"))
        .containsExactly(
            "id INTEGER",
            "container_id TEXT",
            "host_ip TEXT",
            "host_port INTEGER",
            "protocol TEXT",
            "container_ip TEXT",
            "container_port INTEGER");
    assertThat(pragma("journal_mode")).isEqualTo("wal");
    assertThat(pragma("user_version")).isEqualTo("3");
  }

  @Test
  void takesOverAFileOfTheOriginalPlugin() throws Exception {
    try (Database original = Database.connect(file, BusyTimeout.USUAL)) {
      original.execute(seedTables());
      original.execute(
          """
          INSERT INTO ipam_ranges (subnet) VALUES ('10.244.1.0/24'), ('fd00:10:244:1::/64');
          INSERT INTO pods (container_id, name, namespace, uid, netns, interface_name,
              interface_mtu, ip_address_v4, ip_gateway_v4, ip_address_v6, ip_gateway_v6) VALUES
            ('abc', 'web', 'default', '5f', '/var/run/netns/cni-1', 'knet0a1b2c3d', 1500,
              '10.244.1.7', '10.244.1.0', 'fd00:10:244:1::7', 'fd00:10:244:1::'),
            ('unfinished', '', '', '', '/var/run/netns/cni-2', 'knet00000000', 0,
              NULL, NULL, NULL, NULL);
          INSERT INTO portmap_entries
              (container_id, host_ip, host_port, protocol, container_ip, container_port) VALUES
            ('abc', '0.0.0.0/0', 80, 'TCP', '10.244.1.7', 8080),
            ('abc', '::/0', 80, 'TCP', 'fd00:10:244:1::7', 8080),
            ('abc', '10.0.0.1', 53, 'udp', '10.244.1.7', 53),
            ('abc', '', 81, 'tcp', '', 81),
            ('abc', '', 82, 'tcp', 'fd00:10:244:1::7', 82);
          """);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    try (Store store = Store.open(file)) {
      PodRow pod = store.pods().find(new Attachment("abc", "whatever"));
      assertThat(pod).isNotNull();
      assertThat(pod.identity()).isEqualTo(new PodIdentity("default", "web", "5f"));
      assertThat(pod.interfaceName()).isEqualTo("eth0");
      assertThat(pod.addresses())
          .extracting(address -> IpPrefix.host(address.address()).toString())
          .containsExactly("10.244.1.7/32", "fd00:10:244:1::7/128");
      assertThat(store.ports().of(pod))
          .extracting(port -> port + " to " + port.containerPort())
          .containsExactly(
              "80/tcp on 0.0.0.0 to 8080",
              "80/tcp on :: to 8080",
              "53/udp on 10.0.0.1 to 53",
              "82/tcp on :: to 82");
      assertThat(store.ports().of(pod))
          .extracting(p -> p.protocol())
          .contains(TransportProtocol.UDP);
      assertThat(store.pods().find(new Attachment("unfinished", "eth0")))
          .isNotNull()
          .extracting(PodRow::addresses)
          .isEqualTo(List.of());
      assertThat(store.ranges().all()).noneMatch(RangeRow::manual).hasSize(2);
    }
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void aDescriptionMakesARangeAnOperators() throws CniException {
    Store.open(file).close();
    try (Database shell = Database.connect(file, BusyTimeout.USUAL)) {
      shell.execute("INSERT INTO ipam_ranges (subnet, description) VALUES ('10.9.0.0/16', 'mine')");
    }
    try (Store store = Store.open(file)) {
      assertThat(store.ranges().all())
          .containsExactly(new RangeRow(1, IpPrefix.parse("10.9.0.0/16"), "mine", true));
    }
  }

  @Test
  void refusesAFileOfANewerProgram() throws CniException {
    Store.open(file).close();
    try (Database newer = Database.connect(file, BusyTimeout.USUAL)) {
      newer.execute("PRAGMA user_version = 7");
    }

    assertError(IO_FAILURE, () -> Store.open(file))
        .isEqualTo(
            "database "
                + file
                + ": its schema has version 7, this program knows 3 at most:"
                + " a newer cni-kindnet wrote it");
  }

  @Test
  void refusesAFileThatIsNoDatabase() throws Exception {
    Files.writeString(file, "this is a text, and longer than the header of a database file is");

    assertError(IO_FAILURE, () -> Store.open(file))
        .startsWith("database " + file + ": ")
        .contains("not a database");
  }

  @Test
  void refusesADirectory() throws Exception {
    Files.createDirectory(file);

    assertError(IO_FAILURE, () -> Store.open(file)).startsWith("database " + file + ": ");
  }

  @Test
  void saysWhyTheDirectoryCannotBeMade() throws Exception {
    Files.writeString(temporary.resolve("notes"), "");
    Path below = temporary.resolve("notes").resolve("state").resolve("cni.db");

    assertError(IO_FAILURE, () -> Store.open(below))
        .startsWith("database " + below + ": " + temporary.resolve("notes"));
  }

  private List<String> columns(String table) throws CniException {
    try (Database database = Database.connect(file, BusyTimeout.USUAL)) {
      return database.query(
          "SELECT name || ' ' || type FROM pragma_table_info(?)", row -> row.text(0), table);
    }
  }

  private String pragma(String name) throws CniException {
    try (Database database = Database.connect(file, BusyTimeout.USUAL)) {
      return database.query("PRAGMA " + name, row -> row.text(0)).getFirst();
    }
  }

  /** The tables as the original plugin makes them, without what this one adds. */
  private static String seedTables() throws Exception {
    try (var schema = Schema.class.getResourceAsStream("schema-1.sql")) {
      String text = new String(schema.readAllBytes(), UTF_8);
      return text.substring(0, text.indexOf("-- What the original does not keep"));
    }
  }
}
