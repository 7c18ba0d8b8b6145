package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ADDs that find no address: they are counted, whoever ran them, and ranges tell what is left. */
@NetworkNamespaces
class ShortageTest {
  private final Namespace host;

  @TempDir private Path dataDir;

  ShortageTest(Namespace host) {
    this.host = host;
  }

  @Test
  void ofOneFamilyIsCountedWithThePodThatHasTheOther(Namespace first, Namespace second)
      throws Exception {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/31", "fd00:10:244:1::/64");
    node.add("first", first);
    assertThat(shortages(node)).containsExactly(0L, 0L);

    Path log = dataDir.resolve("log");
    Map<String, String> variables = new HashMap<>(node.variables("ADD", "second", second));
    variables.put("CNI_LOG_FILE", log.toString());
    assertThat(node.call(variables, node.config().toString()).exitCode()).isZero();

    assertThat(shortages(node)).containsExactly(1L, 0L);
    assertThat(usages(node)).containsExactly("10.244.1.0/31 1 0", "fd00:10:244:1::/64 2 +");
    assertThat(Files.readString(log)).contains("no address is left of IPV4");
  }

  @Test
  void ofAllFamiliesIsCountedThoughTheAddLeavesNothing(Namespace first, Namespace second)
      throws CniException {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/31", "fd00:10:244:1::/127");
    node.add("first", first);

    for (int attempt = 1; attempt <= 2; attempt++) {
      Reply reply = node.call("ADD", "second", second.path().toString(), "eth0", node.config());

      assertThat(error(reply).path("code").asInt()).isEqualTo(100);
      assertThat(shortages(node)).containsExactly((long) attempt, (long) attempt);
    }
    try (Store store = node.store()) {
      assertThat(store.pods().all()).hasSize(1);
    }
  }

  @Test
  void isNoneWhereThereAreNoRanges(Namespace pod) throws CniException {
    CniNode node = new CniNode(host, dataDir);

    Reply reply = node.call("ADD", "pod", pod.path().toString(), "eth0", node.config());

    assertThat(error(reply).path("code").asInt()).isEqualTo(100);
    assertThat(shortages(node)).containsExactly(0L, 0L);
  }

  private static List<Long> shortages(CniNode node) throws CniException {
    try (Store store = node.store()) {
      return List.of(
          store.calls().shortages(AddressFamily.IPV4), store.calls().shortages(AddressFamily.IPV6));
    }
  }

  /** Range, used, and free: a number, or + for any that is larger. */
  private static List<String> usages(CniNode node) throws CniException {
    try (Store store = node.store()) {
      return RangeUsage.of(store).stream()
          .map(usage ->
              usage.range().subnet()
                  + " "
                  + usage.used()
                  + " "
                  + (usage.free().signum() > 0 ? "+" : BigInteger.ZERO))
          .toList();
    }
  }
}
