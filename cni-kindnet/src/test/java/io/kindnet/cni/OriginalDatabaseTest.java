package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static io.kindnet.cni.CniNode.ip;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that ran the original plugin until now, or ran a newer one. */
@NetworkNamespaces
class OriginalDatabaseTest {
  private final Namespace host;
  private final Namespace old;
  private final Namespace young;

  @TempDir private Path dataDir;
  private CniNode node;

  OriginalDatabaseTest(Namespace host, Namespace old, Namespace young) {
    this.host = host;
    this.old = old;
    this.young = young;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/30", "fd00:10:244:1::/64").withRealRules();
  }

  @Test
  void aPodOfTheOriginalPluginLivesItsLife() throws Exception {
    final JsonNode result = addAsTheOriginalDoes("old", old, 80);

    assertThat(node.check("old", old, result)).isEqualTo(new Reply(0, ""));
    node.config().remove("runtimeConfig");
    JsonNode beside = node.withHostPort(81, 8080, "tcp").add("young", young);
    assertThat(beside.at("/ips/0/address")).isNotEqualTo(result.at("/ips/0/address"));
    assertThat(addressesAndPorts()).hasSize(2).allMatch(pod -> pod.endsWith("2 ports"));
    assertThat(error(call("ADD", "third")).path("msg").asText())
        .startsWith("interface eth0 already exists");
    assertThat(gc("old", "young")).isEqualTo(new Reply(0, ""));
    assertThat(addressesAndPorts()).hasSize(2);

    node.del("old", old);

    assertThat(ip(old, "link", "show", "type", "veth")).isEmpty();
    assertThat(addressesAndPorts()).hasSize(1);
    assertThat(host.run("nft", "list", "ruleset")).doesNotContain("tcp . 80");
    node.del("young", young);
    assertThat(host.run("ip", "-br", "link")).doesNotContain("knet");
  }

  @Test
  void gcRemovesAPodOfTheOriginalPlugin() throws Exception {
    addAsTheOriginalDoes("old", old, 80);

    assertThat(gc("young")).isEqualTo(new Reply(0, ""));

    assertThat(addressesAndPorts()).isEmpty();
    assertThat(host.run("ip", "-br", "link")).doesNotContain("knet");
    assertThat(host.run("nft", "list", "ruleset")).doesNotContain("tcp . 80");
  }

  @Test
  void theHostPortOfAPodOfTheOriginalPluginIsHeld() throws Exception {
    addAsTheOriginalDoes("old", old, 80);

    JsonNode error =
        error(node.call("ADD", "young", young.path().toString(), "eth0", node.config()));

    assertThat(error.path("msg").asText())
        .startsWith("host port 80/tcp on 0.0.0.0 is held by pod default/old (container old)");
  }

  @Test
  void theOriginalPluginFindsItsTablesAsItKnowsThem() throws Exception {
    addAsTheOriginalDoes("old", old, 80);
    node.config().remove("runtimeConfig");
    node.add("young", young);

    // its own statements, in words of the same meaning
    execute(
        "INSERT INTO pods (container_id, name, namespace, uid, netns, interface_name,"
            + " interface_mtu) VALUES ('third', 'web', 'default', 'u', '/run/netns/x', 'knet1', 1)",
        "UPDATE pods SET ip_address_v4 = '10.9.9.9', ip_gateway_v4 = '10.9.9.0'"
            + " WHERE container_id = 'third'",
        "DELETE FROM pods WHERE container_id = 'third'");

    assertThat(addressesAndPorts()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ADD", "DEL", "GC", "CHECK", "STATUS"})
  void aFileOfANewerPluginIsLeftAlone(String verb) throws Exception {
    final JsonNode result = node.add("old", old);
    execute("PRAGMA user_version = 7");
    byte[] before = Files.readAllBytes(node.file());

    JsonNode error =
        switch (verb) {
          case "GC" -> error(gc());
          case "CHECK" -> error(node.check("old", old, result));
          case "STATUS" -> node.statusError();
          default -> error(call(verb, "old"));
        };

    assertThat(error.path("msg").asText())
        .isEqualTo(
            "database "
                + node.file()
                + ": its schema has version 7, this program knows 3 at most:"
                + " a newer cni-kindnet wrote it");
    assertThat(Files.readAllBytes(node.file())).isEqualTo(before);
    try (var files = Files.list(dataDir)) {
      assertThat(files).containsExactly(node.file());
    }
    assertThat(ip(old, "link", "show", "type", "veth")).hasSize(1);
  }

  /** Its interface is as ours, and its rows are in the three tables that it has, and no more. */
  private JsonNode addAsTheOriginalDoes(String container, Namespace pod, int port)
      throws IOException, SQLException {
    JsonNode result = node.withHostPort(port, 8080, "TCP").add(container, pod);
    Path ours = dataDir.resolve("ours.db");
    Files.move(node.file(), ours);
    execute(
        originalTables(),
        "ATTACH '" + ours + "' AS ours",
        "INSERT INTO ipam_ranges (subnet) SELECT subnet FROM ours.ipam_ranges",
        "INSERT INTO pods SELECT * FROM ours.pods",
        "INSERT INTO portmap_entries SELECT * FROM ours.portmap_entries",
        "UPDATE portmap_entries SET host_ip = host_ip || '/0', protocol = 'TCP'");
    Files.delete(ours);
    return result;
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + node.file());
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.executeUpdate(each);
      }
    }
  }

  /** Those that the specification has, which are the first ones of ours. */
  private static String originalTables() throws IOException {
    try (InputStream script = Store.class.getResourceAsStream("schema-1.sql")) {
      String text = new String(script.readAllBytes(), UTF_8);
      return text.substring(0, text.indexOf("-- What the original does not keep"));
    }
  }

  private Reply call(String verb, String container) {
    return node.call(verb, container, old.path().toString(), "eth0", node.config());
  }

  private Reply gc(String... containers) {
    var config = node.config().deepCopy();
    var valid = config.putArray("cni.dev/valid-attachments");
    for (String container : containers) {
      valid.addObject().put("containerID", container).put("ifname", "eth0");
    }
    return node.call("GC", "", "", "", config);
  }

  private List<String> addressesAndPorts() throws CniException {
    List<String> pods = new ArrayList<>();
    try (Store store = node.store()) {
      for (PodRow pod : store.pods().all()) {
        pods.add(pod.addresses() + ", " + store.ports().of(pod).size() + " ports");
      }
    }
    return pods;
  }
}
