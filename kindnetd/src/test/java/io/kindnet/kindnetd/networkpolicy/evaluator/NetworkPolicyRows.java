package io.kindnet.kindnetd.networkpolicy.evaluator;

import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.JSON;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.OTHER_ADDRESS;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.SUBJECT;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.SUBJECT_ADDRESS;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.assertAllowed;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.connection;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.json;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.lower;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.portsOf;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.valid;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.withSubject;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.word;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.netlink.ip.IpAddresses;
import java.util.ArrayList;
import java.util.List;

/** Checks rows about NetworkPolicies. */
final class NetworkPolicyRows {
  private NetworkPolicyRows() {}

  static void syncPacket(JsonNode row) {
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
  static void peerSelectors(JsonNode row) {
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

  static void ipBlock(JsonNode row) {
    ObjectNode state = withSubject("default", "");
    ObjectNode peer = JSON.createObjectNode();
    peer.set("ipBlock", row.path("ipBlock"));
    state.set("networkPolicies", policy("default", "from", peer));
    assertAllowed(row, state, connection(row.path("address").asText(), SUBJECT_ADDRESS, "TCP", 80));
  }

  static void ports(JsonNode row) {
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

  static void labelSelector(JsonNode row) {
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

  /** Pods, or addresses of pods, of this node that policies are about. */
  static void managed(JsonNode row) {
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
}
