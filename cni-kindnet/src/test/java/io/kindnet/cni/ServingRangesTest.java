package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.RangeRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose ranges change. */
@NetworkNamespaces
class ServingRangesTest {
  private final Namespace host;
  private final Namespace first;
  private final Namespace second;

  @TempDir private Path dataDir;
  private CniNode node;

  ServingRangesTest(Namespace host, Namespace first, Namespace second) {
    this.host = host;
    this.first = first;
    this.second = second;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24");
  }

  @Test
  void newPodsComeFromTheNewRange() throws CniException {
    node.add("first", first);
    node.config().putArray("ranges").add("10.244.2.0/24");

    JsonNode result = node.add("second", second);

    assertThat(result.at("/ips/0/gateway").asText()).isEqualTo("10.244.2.0");
    assertThat(ranges()).containsExactly("10.244.1.0/24", "10.244.2.0/24");
  }

  @Test
  void aRangeThatNobodyNamesGoesWithItsLastPod() throws CniException {
    node.add("first", first);
    node.config().putArray("ranges").add("10.244.2.0/24");
    node.del("first", first);

    node.add("second", second);

    assertThat(ranges()).containsExactly("10.244.2.0/24");
  }

  @Test
  void anOperatorsRangeStaysAndServesWhenOthersAreFull() throws CniException {
    try (Store store = node.store()) {
      store.ranges().insertManual(IpPrefix.parse("10.9.0.0/24"), "more room");
    }
    assertThat(node.add("first", first).at("/ips/0/gateway").asText()).isEqualTo("10.244.1.0");
    node.config().putArray("ranges").add("10.244.1.0/30");

    assertThat(node.add("second", second).at("/ips/0/gateway").asText()).isEqualTo("10.9.0.0");
    assertThat(ranges()).containsExactly("10.9.0.0/24", "10.244.1.0/24", "10.244.1.0/30");
  }

  @Test
  void aNodeMayLiveOnOperatorsRangesAlone() throws CniException {
    node.config().remove("ranges");
    try (Store store = node.store()) {
      store.ranges().insertManual(IpPrefix.parse("10.9.0.0/24"), null);
    }

    assertThat(node.add("first", first).at("/ips/0/gateway").asText()).isEqualTo("10.9.0.0");
  }

  @Test
  void oneFamilyIsBetterThanNone() {
    node.config().putArray("ranges").add("10.244.1.0/24").add("fd00:10:244:1::/126");

    assertThat(node.add("first", first).path("ips")).hasSize(2);
    assertThat(node.add("second", second).path("ips")).hasSize(1);
  }

  private List<String> ranges() throws CniException {
    try (Store store = node.store()) {
      return store.ranges().all().stream().map(RangeRow::subnet).map(IpPrefix::toString).toList();
    }
  }
}
