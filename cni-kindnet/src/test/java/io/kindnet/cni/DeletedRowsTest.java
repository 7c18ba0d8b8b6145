package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Sqlite3;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The row of a pod was deleted with the sqlite3 shell, which does not heed foreign keys: its other
 * rows stay, and its host port leads to an address that is the next pod's.
 */
@NetworkNamespaces
class DeletedRowsTest {
  private final Namespace host;
  private final Namespace first;
  private final Namespace second;

  @TempDir private Path dataDir;
  private CniNode node;

  DeletedRowsTest(Namespace host, Namespace first, Namespace second) {
    this.host = host;
    this.first = first;
    this.second = second;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void addAPodAndDeleteItsRow() {
    node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.withHostPort(80, 8080, "tcp").add("first", first);
    node.config().remove("runtimeConfig");
    sql("DELETE FROM pods");
    assertThat(furtherRows()).isEqualTo("first|eth0\nfirst|80\n");
  }

  @Test
  void delTakesTheHostPortAway() {
    node.del("first", first);

    assertThat(node.hostPorts().installed()).isEmpty();
    assertThat(furtherRows()).isEmpty();
  }

  @Test
  void delOfAnotherPodKeepsThatOfTheOthers() {
    node.withHostPort(81, 8080, "tcp").add("second", second);

    node.del("first", first);

    assertThat(node.hostPorts().installed()).singleElement().asString().startsWith("81/tcp");
  }

  @Test
  void gcTakesTheHostPortAway() {
    ObjectNode config = node.config().deepCopy();
    config.putArray("cni.dev/valid-attachments");

    assertThat(node.call("GC", "", "", "", config)).isEqualTo(new Reply(0, ""));

    assertThat(node.hostPorts().installed()).isEmpty();
    assertThat(furtherRows()).isEmpty();
  }

  @Test
  void theHostPortIsFreeForAnotherPod() {
    node.withHostPort(80, 8080, "tcp").add("second", second);

    assertThat(furtherRows()).endsWith("second|eth0\nsecond|80\n");
  }

  @Test
  void anotherPodOfTheSameContainerDoesNotInheritIt() {
    node.add("first", second);

    assertThat(furtherRows()).isEqualTo("first|eth0\n");
  }

  @Test
  void anotherPodOfTheSameContainerMayHaveIt() {
    node.withHostPort(80, 8080, "tcp").add("first", second);

    assertThat(furtherRows()).isEqualTo("first|eth0\nfirst|80\n");
  }

  private String furtherRows() {
    return sql("SELECT container_id, interface_name FROM attachments")
        + sql("SELECT container_id, host_port FROM portmap_entries");
  }

  private String sql(String statement) {
    return host.run(Sqlite3.command(dataDir.resolve("cni.db"), statement));
  }
}
