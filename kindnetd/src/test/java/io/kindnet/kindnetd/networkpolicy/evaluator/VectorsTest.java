package io.kindnet.kindnetd.networkpolicy.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Rows of the table tests of kube-network-policies at commit
 * 5f81cc376ba79a4c1aba1cacb34a4c59b6bf2f8d, as data. Where a row has several expectations, the
 * strongest counts: that of the API's own text, then that for objects as an API server serves them.
 */
class VectorsTest {
  /** Rows that no object of an API server can describe, and why. */
  private static final Map<String, String> LEFT_OUT =
      Map.of(
          "networkpolicy-peer-selectors: no selectors",
          "a peer without a field is refused by the API server, and denies here",
          "networkpolicy-ip-blocks: empty",
          "a peer without a field is refused by the API server, and denies here");

  private static final Map<String, Integer> ROWS =
      Map.ofEntries(
          Map.entry("networkpolicy-sync-packet", 20),
          Map.entry("networkpolicy-peer-selectors", 11),
          Map.entry("networkpolicy-ip-blocks", 5),
          Map.entry("networkpolicy-ports", 11),
          Map.entry("networkpolicy-managed-ips", 1),
          Map.entry("networkpolicy-local-pods", 1),
          Map.entry("label-selectors", 23),
          Map.entry("engine-pipeline", 9),
          Map.entry("engine-tiers-with-networkpolicy", 6),
          Map.entry("npa-v1alpha2-cluster", 6),
          Map.entry("npa-v1alpha2-protocols", 12),
          Map.entry("npa-v1alpha2-named-ports", 5),
          Map.entry("npa-v1alpha2-port-match", 8));

  private static JsonNode file(String table) {
    try (InputStream in = VectorsTest.class.getResourceAsStream(table + ".json")) {
      return VectorRows.JSON.readTree(in);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(table, unreadable);
    }
  }

  private static List<JsonNode> rows(String table) {
    JsonNode file = file(table);
    assertThat(file.path("table").asText()).isEqualTo(table);
    return StreamSupport.stream(file.path("rows").spliterator(), /* parallel= */ false).toList();
  }

  @Test
  void leavesNoRowOut() {
    ROWS.forEach((table, count) -> {
      assertThat(file(table).path("count").asInt()).as(table).isEqualTo(count);
      assertThat(rows(table)).as(table).hasSize(count);
    });
    long leftOut =
        ROWS.keySet().stream()
            .flatMap(table -> rows(table).stream().map(row -> id(table, row)))
            .filter(LEFT_OUT::containsKey)
            .count();
    assertThat(leftOut).isEqualTo(LEFT_OUT.size());
    assertThat(tests().count()).isEqualTo(ROWS.values().stream().mapToInt(n -> n).sum() - leftOut);
  }

  private static String id(String table, JsonNode row) {
    return table + ": " + row.path("name").asText();
  }

  @TestFactory
  Stream<DynamicTest> tests() {
    return ROWS.keySet().stream()
        .sorted()
        .flatMap(table -> rows(table).stream().map(row -> Map.entry(table, row)))
        .filter(row -> !LEFT_OUT.containsKey(id(row.getKey(), row.getValue())))
        .map(row ->
            DynamicTest.dynamicTest(
                id(row.getKey(), row.getValue()), () -> check(row.getKey(), row.getValue())));
  }

  private static void check(String table, JsonNode row) {
    switch (table) {
      case "networkpolicy-sync-packet" -> NetworkPolicyRows.syncPacket(row);
      case "networkpolicy-peer-selectors" -> NetworkPolicyRows.peerSelectors(row);
      case "networkpolicy-ip-blocks" -> NetworkPolicyRows.ipBlock(row);
      case "networkpolicy-ports" -> NetworkPolicyRows.ports(row);
      case "networkpolicy-managed-ips", "networkpolicy-local-pods" ->
          NetworkPolicyRows.managed(row);
      case "label-selectors" -> NetworkPolicyRows.labelSelector(row);
      case "engine-pipeline" -> ClusterPolicyRows.pipeline(row);
      case "engine-tiers-with-networkpolicy" -> ClusterPolicyRows.tiers(row);
      case "npa-v1alpha2-cluster" -> ClusterPolicyRows.cluster(row);
      case "npa-v1alpha2-protocols" -> ClusterPolicyRows.clusterPorts(row, row.path("protocols"));
      case "npa-v1alpha2-named-ports" ->
          ClusterPolicyRows.clusterPorts(
              row,
              VectorRows.json(
                      "{\"l\": [{\"destinationNamedPort\": " + row.path("namedPort") + "}]}")
                  .get("l"));
      case "npa-v1alpha2-port-match" ->
          ClusterPolicyRows.clusterPorts(
              ((ObjectNode) row).put("protocol", "TCP"),
              VectorRows.json(
                      "{\"l\": [{\"tcp\": {\"destinationPort\": "
                          + row.path("destinationPort")
                          + "}}]}")
                  .get("l"));
      default -> throw new AssertionError(table);
    }
  }
}
