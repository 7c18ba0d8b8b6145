package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
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
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A node whose ranges change. */
@NetworkNamespaces
class ServingRangesTest {
  private final Namespace host;
  private final Namespace first;
  private final Namespace second;
  private final Namespace third;

  @TempDir private Path dataDir;
  private CniNode node;

  ServingRangesTest(Namespace host, Namespace first, Namespace second, Namespace third) {
    this.host = host;
    this.first = first;
    this.second = second;
    this.third = third;
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
    node.config().putArray("ranges").add("10.244.1.0/32");

    assertThat(node.add("second", second).at("/ips/0/gateway").asText()).isEqualTo("10.9.0.0");
    assertThat(ranges()).containsExactly("10.9.0.0/24", "10.244.1.0/24", "10.244.1.0/32");
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

  @ParameterizedTest
  @CsvSource({
    "10.244.1.4/30, 10.244.1.5 10.244.1.6, 2 for pods",
    "10.244.1.4/31, 10.244.1.5, 1 for pods",
    "10.244.1.4/32, '', no room for a pod beside the gateway",
    "fd00:10:244:1::4/127, fd00:10:244:1::5, 1 for pods",
    "fd00:10:244:1::4/128, '', no room for a pod beside the gateway"
  })
  void tinyRangesServeWhatTheyCan(String range, String addresses, String capacity) {
    node.config().putArray("ranges").add(range);
    for (String bridge : List.of("", "cni0")) {
      node.config().put("bridge", bridge);
      List<Namespace> pods = List.of(first, second, third);
      Set<String> given = new TreeSet<>();
      int served = addresses.isEmpty() ? 0 : addresses.split(" ").length;
      for (int i = 0; i < served; i++) {
        String address = node.add("pod" + i, pods.get(i)).at("/ips/0/address").asText();
        given.add(address.substring(0, address.indexOf('/')));
        pods.get(i).run("ping", "-c", "1", "-W", "5", range.substring(0, range.indexOf('/')));
      }

      assertThat(String.join(" ", given)).isEqualTo(addresses);
      assertFull(pods.get(served), "no address is left in " + range + " (" + capacity + ")");
      for (int i = 0; i < served; i++) {
        node.del("pod" + i, pods.get(i));
      }
    }
  }

  @Test
  void aFullRangeSaysSoUntilAPodGoes() {
    node.config().putArray("ranges").add("10.244.1.0/30").add("fd00:10:244:1::/127");
    assertThat(node.add("first", first).path("ips")).hasSize(2);
    assertThat(node.add("second", second).path("ips")).hasSize(1);
    assertFull(
        third,
        "no address is left in 10.244.1.0/30 (2 for pods), fd00:10:244:1::/127 (1 for pods)");
    node.del("first", first);

    assertThat(node.add("third", third).path("ips")).hasSize(2);
  }

  @Test
  void theSecondRangeServesWhenTheFirstIsFull() {
    node.config().putArray("ranges").add("10.244.1.0/31").add("10.244.2.0/31");

    assertThat(gatewayOf(node.add("first", first))).isEqualTo("10.244.1.0");
    assertThat(gatewayOf(node.add("second", second))).isEqualTo("10.244.2.0");
    node.del("first", first);
    assertThat(gatewayOf(node.add("third", third))).isEqualTo("10.244.1.0");
  }

  @Test
  void overlappingRangesGiveEachAddressOnce() {
    // 1 and 2 of the first; 2 is a gateway, 3 of the second
    node.config().putArray("ranges").add("10.244.1.0/30").add("10.244.1.2/31");

    assertThat(addressOf(node.add("first", first))).isEqualTo("10.244.1.1/32");
    assertThat(addressOf(node.add("second", second))).isEqualTo("10.244.1.3/32");
    assertFull(third, "no address is left in 10.244.1.0/30 (2 for pods), 10.244.1.2/31 (1 for");
  }

  @Test
  void aGatewayIsNotGivenOutThoughItsRangeIsGone() throws CniException {
    node.config().putArray("ranges").add("10.244.1.2/31");
    assertThat(addressOf(node.add("first", first))).isEqualTo("10.244.1.3/32");
    node.config().putArray("ranges").add("10.244.1.0/30");

    assertThat(addressOf(node.add("second", second))).isEqualTo("10.244.1.1/32");
    assertFull(third, "no address is left in 10.244.1.0/30");
    assertThat(ranges()).containsExactly("10.244.1.2/31", "10.244.1.0/30");
  }

  private void assertFull(Namespace pod, String message) {
    JsonNode error = error(node.call("ADD", "one", pod.path().toString(), "eth0", node.config()));
    assertThat(error.path("code").asInt()).isEqualTo(100);
    assertThat(error.path("msg").asText()).startsWith(message);
  }

  private static String addressOf(JsonNode result) {
    return result.at("/ips/0/address").asText();
  }

  private static String gatewayOf(JsonNode result) {
    return result.at("/ips/0/gateway").asText();
  }

  private List<String> ranges() throws CniException {
    try (Store store = node.store()) {
      return store.ranges().all().stream().map(RangeRow::subnet).map(IpPrefix::toString).toList();
    }
  }
}
