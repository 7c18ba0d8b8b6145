package io.kindnet.kindnetd.networkpolicy.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.netlink.ip.IpAddresses;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
  private static final ObjectMapper JSON = new ObjectMapper();

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

  /** A pod that a row is about where it has none of its own. */
  private static final String SUBJECT =
      """
      {"kind": "Pod", "metadata": {"namespace": "%s", "name": "subject"},
       "spec": {"nodeName": "testnode", "containers": [{"ports": [%s]}]},
       "status": {"podIPs": [{"ip": "10.9.9.9"}]}}
      """;

  private static final String SUBJECT_ADDRESS = "10.9.9.9";
  private static final String OTHER_ADDRESS = "10.8.8.8";

  private static JsonNode file(String table) {
    try (InputStream in = VectorsTest.class.getResourceAsStream(table + ".json")) {
      return JSON.readTree(in);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(table, unreadable);
    }
  }

  private static List<JsonNode> rows(String table) {
    JsonNode file = file(table);
    assertThat(file.path("table").asText()).isEqualTo(table);
    return StreamSupport.stream(file.path("rows").spliterator(), /* parallel= */ false).toList();
  }

  private static ObjectNode json(String text) {
    try {
      return JSON.readValue(text, ObjectNode.class);
    } catch (IOException malformed) {
      throw new UncheckedIOException(text, malformed);
    }
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
      case "networkpolicy-sync-packet" -> syncPacket(row);
      case "networkpolicy-peer-selectors" -> peerSelectors(row);
      case "networkpolicy-ip-blocks" -> ipBlock(row);
      case "networkpolicy-ports" -> ports(row);
      case "networkpolicy-managed-ips", "networkpolicy-local-pods" -> managed(row);
      case "label-selectors" -> labelSelector(row);
      case "engine-pipeline" -> pipeline(row);
      case "engine-tiers-with-networkpolicy" -> tiers(row);
      case "npa-v1alpha2-cluster" -> cluster(row);
      case "npa-v1alpha2-protocols" -> clusterPorts(row, row.path("protocols"));
      case "npa-v1alpha2-named-ports" ->
          clusterPorts(
              row,
              json("{\"l\": [{\"destinationNamedPort\": " + row.path("namedPort") + "}]}")
                  .get("l"));
      case "npa-v1alpha2-port-match" ->
          clusterPorts(
              ((ObjectNode) row).put("protocol", "TCP"),
              json("{\"l\": [{\"tcp\": {\"destinationPort\": "
                      + row.path("destinationPort")
                      + "}}]}")
                  .get("l"));
      default -> throw new AssertionError(table);
    }
  }

  /** What the API server would refuse is read as the nearest that it takes: the same verdict. */
  private static JsonNode valid(JsonNode json) {
    return json(json.toString().replace("\"endPort\":65537", "\"endPort\":65535"));
  }

  private static Connection connection(
      String source, String destination, String protocol, int port) {
    return new Connection(
        IpAddresses.parse(source),
        IpAddresses.parse(destination),
        Optional.ofNullable(TransportProtocol.named(protocol)),
        port);
  }

  private static Connection connection(JsonNode packet) {
    return connection(
        packet.path("sourceIp").asText(),
        packet.path("destinationIp").asText(),
        packet.path("protocol").asText(),
        packet.path("destinationPort").asInt());
  }

  private static String word(boolean allowed) {
    return allowed ? "allow" : "deny";
  }

  private static String word(Verdict verdict, Direction direction) {
    Decision decision =
        verdict.direction(direction).map(DirectionVerdict::decision).orElse(Decision.NONE);
    return switch (decision) {
      case ACCEPT -> "accept";
      case DENY -> "deny";
      default -> "next";
    };
  }

  private static String lower(Direction direction) {
    return direction.name().toLowerCase(Locale.ROOT);
  }

  private static void syncPacket(JsonNode row) {
    JsonNode valid = valid(row);
    Verdict verdict =
        new PolicyEvaluator(ClusterJson.state(valid)).evaluate(connection(row.path("packet")));
    boolean stronger = row.has("expectByApi") || row.has("expectAsServed");
    String expected =
        row.path("expectByApi")
            .asText(row.path("expectAsServed").asText(row.path("expect").asText()));
    assertThat(word(verdict.allowed())).as("%s", verdict).isEqualTo(expected);
    // "accept" is also what upstream says of a direction that a selecting policy does not speak of,
    // where by the API the baseline is asked
    if (!stronger) {
      for (Direction direction : Direction.values()) {
        boolean denied = row.path("goDirections").path(lower(direction)).asText().equals("deny");
        assertThat(word(verdict, direction).equals("deny")).as("%s", direction).isEqualTo(denied);
      }
    }
  }

  /**
   * The pod that is asked about is the source of a connection to a pod of the policy's namespace.
   */
  private static void peerSelectors(JsonNode row) {
    ObjectNode state = row.deepCopy();
    String source = row.path("pod").asText();
    String address = "";
    int last = 1;
    for (JsonNode pod : state.path("pods")) {
      String ip = "10.1.0." + last++;
      ((ObjectNode) pod).set("status", json("{\"podIPs\": [{\"ip\": \"" + ip + "\"}]}"));
      if (source.equals(
          pod.at("/metadata/namespace").asText() + "/" + pod.at("/metadata/name").asText())) {
        address = ip;
      }
    }
    String namespace = row.path("policyNamespace").asText();
    state.withArray("pods").add(json(SUBJECT.formatted(namespace, "")));
    ObjectNode peer = JSON.createObjectNode();
    peer.set("podSelector", row.path("podSelector"));
    peer.set("namespaceSelector", row.path("namespaceSelector"));
    state.set("networkPolicies", policy(namespace, "from", peer));
    assertAllowed(row, state, connection(address, SUBJECT_ADDRESS, "TCP", 80));
  }

  private static void ipBlock(JsonNode row) {
    ObjectNode state = withSubject("default", "");
    ObjectNode peer = JSON.createObjectNode();
    peer.set("ipBlock", row.path("ipBlock"));
    state.set("networkPolicies", policy("default", "from", peer));
    assertAllowed(row, state, connection(row.path("address").asText(), SUBJECT_ADDRESS, "TCP", 80));
  }

  private static void ports(JsonNode row) {
    ObjectNode state = withSubject("b", portsOf(row.path("pod")));
    state.set("networkPolicies", policy("b", "ports", valid(row).path("ports")));
    assertAllowed(
        row,
        state,
        connection(
            OTHER_ADDRESS,
            SUBJECT_ADDRESS,
            row.path("protocol").asText(),
            row.path("port").asInt()));
  }

  /** What the containers of a pod call their ports, or nothing. */
  private static String portsOf(JsonNode pod) {
    String list = pod.at("/spec/containers/0/ports").toString();
    return list.isEmpty() ? "" : list.substring(1, list.length() - 1);
  }

  private static void labelSelector(JsonNode row) {
    ObjectNode state = withSubject("default", "");
    ObjectNode pod = json(SUBJECT.formatted("default", ""));
    pod.withObjectProperty("metadata").put("name", "labelled").set("labels", row.path("labels"));
    pod.set("status", json("{\"podIPs\": [{\"ip\": \"" + OTHER_ADDRESS + "\"}]}"));
    state.withArray("pods").add(pod);
    ObjectNode peer = JSON.createObjectNode();
    peer.set("podSelector", row.path("selector"));
    state.set("networkPolicies", policy("default", "from", peer));
    assertAllowed(row, state, connection(OTHER_ADDRESS, SUBJECT_ADDRESS, "TCP", 80));
  }

  private static ObjectNode withSubject(String namespace, String ports) {
    ObjectNode state = JSON.createObjectNode();
    state.withArray("pods").add(json(SUBJECT.formatted(namespace, ports)));
    state
        .withArray("namespaces")
        .add(json("{\"kind\": \"Namespace\", \"metadata\": {\"name\": \"" + namespace + "\"}}"));
    return state;
  }

  /** One policy with one rule of one field. */
  private static ArrayNode policy(String namespace, String field, JsonNode value) {
    ObjectNode rule = JSON.createObjectNode();
    rule.set(field, field.equals("ports") ? value : JSON.createArrayNode().add(value));
    ObjectNode policy =
        json(
            """
            {"metadata": {"namespace": "%s", "name": "policy"},
             "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
            """
                .formatted(namespace));
    policy.withObjectProperty("spec").withArray("ingress").add(rule);
    return JSON.createArrayNode().add(policy);
  }

  private static void assertAllowed(JsonNode row, JsonNode state, Connection connection) {
    Verdict verdict = new PolicyEvaluator(ClusterJson.state(state)).evaluate(connection);
    assertThat(verdict.allowed()).as("%s", verdict).isEqualTo(row.path("expect").asBoolean());
  }

  /** Pods, or addresses of pods, of this node that policies are about. */
  private static void managed(JsonNode row) {
    PolicyEvaluator evaluator = new PolicyEvaluator(ClusterJson.state(row));
    List<String> found = new ArrayList<>();
    for (JsonNode json : row.path("pods")) {
      ClusterPod pod = ClusterJson.pod(json);
      if (pod.node().equals(row.path("node").asText())
          && !evaluator.selecting(pod, Direction.INGRESS).isEmpty()) {
        found.add(pod.namespace() + "/" + pod.name());
        pod.addresses().forEach(address -> found.add(IpAddresses.format(address)));
      }
    }
    List<String> expected = new ArrayList<>();
    row.path("expect").forEach(one -> expected.add(one.asText()));
    assertThat(expected).isNotEmpty();
    assertThat(found).hasSize(2).containsAll(expected);
  }

  /** A policy of a tier with one rule for all traffic of both directions. */
  private static ObjectNode fixed(String tier, String action) {
    return json(
        """
        {"metadata": {"name": "fixed-%s"}, "spec": {"tier": "%s", "priority": 10,
         "subject": {"namespaces": {}},
         "ingress": [{"action": "%s", "from": [{"namespaces": {}}]}],
         "egress": [{"action": "%s", "to": [{"networks": ["0.0.0.0/0"]}]}]}}
        """
            .formatted(tier.toLowerCase(Locale.ROOT), tier, action, action));
  }

  private static String action(String stage) {
    return switch (stage) {
      case "accept" -> "Accept";
      case "deny" -> "Deny";
      case "next" -> "Pass";
      default -> "an action that nobody knows";
    };
  }

  /** An evaluator that fails is a policy that cannot be followed, and that denies. */
  private static void pipeline(JsonNode row) {
    ObjectNode state = withSubject("default", "");
    List<String> tiers = List.of("Admin", "Baseline");
    for (int i = 0; i < row.path("stages").size(); i++) {
      state
          .withArray("clusterNetworkPolicies")
          .add(fixed(tiers.get(i), action(row.path("stages").path(i).asText())));
    }
    Verdict verdict =
        new PolicyEvaluator(ClusterJson.state(state))
            .evaluate(connection(SUBJECT_ADDRESS, OTHER_ADDRESS, "TCP", 80));
    String expected = row.path("expect").asText();
    assertThat(word(verdict.allowed())).isEqualTo(expected.equals("error") ? "deny" : expected);
    assertThat(verdict.toString().contains("cannot be followed"))
        .isEqualTo(expected.equals("error"));
  }

  private static void tiers(JsonNode row) {
    ObjectNode state = row.deepCopy();
    state
        .withArray("clusterNetworkPolicies")
        .add(fixed("Admin", action(row.path("adminTier").asText())))
        .add(fixed("Baseline", action(row.path("baselineTier").asText())));
    Verdict verdict =
        new PolicyEvaluator(ClusterJson.state(state)).evaluate(connection(row.path("packet")));
    assertThat(word(verdict.allowed())).as("%s", verdict).isEqualTo(row.path("expect").asText());

    Verdict alone =
        new PolicyEvaluator(ClusterJson.state(row)).evaluate(connection(row.path("packet")));
    assertThat(word(alone, Direction.EGRESS))
        .isEqualTo(row.at("/goNetworkPolicyDirections/egress").asText());
    assertThat(word(alone, Direction.INGRESS))
        .isEqualTo(row.at("/goNetworkPolicyDirections/ingress").asText());
  }

  /** Each tier alone, and both. */
  private static void cluster(JsonNode row) {
    ClusterState both = ClusterJson.state(row);
    Connection connection = connection(row.path("packet"));
    Verdict admin = new PolicyEvaluator(only(both, Tier.ADMIN)).evaluate(connection);
    Verdict baseline = new PolicyEvaluator(only(both, Tier.BASELINE)).evaluate(connection);
    assertThat(word(admin.allowed())).isEqualTo(row.path("expectAdminTier").asText());
    assertThat(word(baseline.allowed())).isEqualTo(row.path("expectBaselineTier").asText());
    assertThat(word(new PolicyEvaluator(both).evaluate(connection).allowed()))
        .isEqualTo(row.path("goVerdictBothTiers").asText());
    for (Direction direction : Direction.values()) {
      String name = lower(direction);
      assertThat(word(admin, direction))
          .isEqualTo(row.path("goAdminDirections").path(name).asText());
      assertThat(word(baseline, direction))
          .isEqualTo(row.path("goBaselineDirections").path(name).asText());
    }
  }

  private static ClusterState only(ClusterState state, Tier tier) {
    return new ClusterState(
        state.policies().stream().filter(policy -> policy.tier() == tier).toList(),
        state.namespaces(),
        state.pods(),
        state.nodes(),
        state.hostAddresses());
  }

  /** What the ports match is accepted, all else is denied. */
  private static void clusterPorts(JsonNode row, JsonNode protocols) {
    ObjectNode state = withSubject("default", "");
    ObjectNode pod = json(SUBJECT.formatted("default", portsOf(row.path("pod"))));
    pod.withObjectProperty("metadata").put("name", "destination");
    pod.set("status", json("{\"podIPs\": [{\"ip\": \"" + OTHER_ADDRESS + "\"}]}"));
    if (!row.path("pod").isNull() && !row.path("pod").isMissingNode()) {
      state.withArray("pods").add(pod);
    }
    ObjectNode policy = fixed("Admin", "Accept");
    ArrayNode rules = policy.withObjectProperty("spec").withArray("egress");
    ((ObjectNode) rules.get(0)).set("protocols", protocols);
    rules.add(fixed("Admin", "Deny").at("/spec/egress/0"));
    state.withArray("clusterNetworkPolicies").add(policy);
    assertAllowed(
        row,
        state,
        connection(
            SUBJECT_ADDRESS,
            OTHER_ADDRESS,
            row.path("protocol").asText(),
            row.path("port").asInt()));
  }
}
