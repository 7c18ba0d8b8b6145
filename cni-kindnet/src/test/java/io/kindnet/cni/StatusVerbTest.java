package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** STATUS says beforehand whether an ADD would succeed. */
@NetworkNamespaces
class StatusVerbTest {
  private final Namespace host;

  @TempDir private Path dataDir;

  StatusVerbTest(Namespace host) {
    this.host = host;
  }

  @Test
  void isContentWhereAnAddressIsFree() throws CniException {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");

    assertThat(status(node)).isEqualTo(new Reply(0, ""));
    try (Store store = node.store()) {
      assertThat(store.ranges().all()).as("only looks").isEmpty();
    }
  }

  @Test
  void sayWhichRangesAreFull(Namespace pod) throws CniException {
    CniNode node = new CniNode(host, dataDir, "fd00:10:244:1::/126");
    node.add("abc", pod);

    assertUnavailable(node, "no address is left in fd00:10:244:1::/126 (1 for pods)");
    try (Store store = node.store()) {
      store.ranges().insertManual(IpPrefix.parse("10.9.0.0/24"), null);
    }
    assertThat(status(node)).isEqualTo(new Reply(0, ""));
  }

  @Test
  void countsAddressesOfPodsThatAreNoMore(Namespace pod) {
    CniNode node = new CniNode(host, dataDir, "fd00:10:244:1::/126");
    node.add("abc", pod);
    pod.run("ip", "link", "del", "eth0");
    assertUnavailable(node, "no address is left in");
    pod.close();

    assertThat(status(node)).isEqualTo(new Reply(0, ""));
  }

  @Test
  void doesNotCountThoseOfOtherRanges(Namespace pod, Namespace gone) {
    CniNode before = new CniNode(host, dataDir, "fd00:10:244:2::/126");
    before.add("def", gone);
    CniNode node = new CniNode(host, dataDir, "fd00:10:244:1::/126");
    node.add("abc", pod);
    gone.run("ip", "link", "del", "eth0");
    gone.close();

    assertUnavailable(node, "no address is left in fd00:10:244:1::/126");
  }

  @Test
  void needsRanges() {
    assertUnavailable(new CniNode(host, dataDir), "there are no ranges");
  }

  @Test
  void needsADatabaseThatCanBeOpened() throws IOException {
    Path file = Files.writeString(dataDir.resolve("file"), "a file where a folder should be");

    assertUnavailable(
        new CniNode(host, file.resolve("below"), "10.244.1.0/24"),
        "database " + file.resolve("below") + "/cni.db: ");
  }

  @Test
  void needsADatabaseThatCanBeWritten() throws CniException, IOException {
    Path small = Files.createDirectory(dataDir.resolve("small"));
    host.run("mount", "-t", "tmpfs", "-o", "size=256k", "none", small.toString());
    try {
      CniNode node = new CniNode(host, small, "10.244.1.0/24");
      assertThat(status(node)).isEqualTo(new Reply(0, ""));
      try (Store store = node.store()) {
        // now all files are there that SQLite opens, and no room is left to write to them
        assertThat(store.pods().all()).isEmpty();
        assertThatThrownBy(() -> Files.write(small.resolve("rest"), new byte[1 << 20]))
            .isInstanceOf(IOException.class);

        assertUnavailable(node, "No space left on device: [SQLITE_FULL]");
      }
    } finally {
      host.run("umount", small.toString());
    }
  }

  private static Reply status(CniNode node) {
    return node.call("STATUS", "", "", "", node.config());
  }

  private static void assertUnavailable(CniNode node, String reason) {
    JsonNode error = error(status(node));

    assertThat(error.path("code").asInt()).isEqualTo(50);
    assertThat(error.path("msg").asText()).contains(reason);
  }
}
