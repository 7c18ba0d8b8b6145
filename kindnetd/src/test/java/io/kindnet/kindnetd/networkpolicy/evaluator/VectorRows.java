package io.kindnet.kindnetd.networkpolicy.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.netlink.ip.IpAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;

/**
 * What rows have in common: how their packets are read, and the pod that they are about where they
 * have none.
 */
final class VectorRows {
  static final ObjectMapper JSON = new ObjectMapper();

  /** A pod that a row is about where it has none of its own. */
  static final String SUBJECT =
      """
      {"kind": "Pod", "metadata": {"namespace": "%s", "name": "subject"},
       "spec": {"nodeName": "testnode", "containers": [{"ports": [%s]}]},
       "status": {"podIPs": [{"ip": "10.9.9.9"}]}}
      """;

  static final String SUBJECT_ADDRESS = "10.9.9.9";
  static final String OTHER_ADDRESS = "10.8.8.8";

  private VectorRows() {}

  static ObjectNode json(String text) {
    try {
      return JSON.readValue(text, ObjectNode.class);
    } catch (IOException malformed) {
      throw new UncheckedIOException(text, malformed);
    }
  }

  /** What the API server would refuse is read as the nearest that it takes: the same verdict. */
  static JsonNode valid(JsonNode json) {
    return json(json.toString().replace("\"endPort\":65537", "\"endPort\":65535"));
  }

  static Connection connection(String source, String destination, String protocol, int port) {
    return new Connection(
        IpAddresses.parse(source),
        IpAddresses.parse(destination),
        Optional.ofNullable(TransportProtocol.named(protocol)),
        port);
  }

  static Connection connection(JsonNode packet) {
    return connection(
        packet.path("sourceIp").asText(),
        packet.path("destinationIp").asText(),
        packet.path("protocol").asText(),
        packet.path("destinationPort").asInt());
  }

  static String word(boolean allowed) {
    return allowed ? "allow" : "deny";
  }

  static String word(Verdict verdict, Direction direction) {
    Decision decision =
        verdict.direction(direction).map(DirectionVerdict::decision).orElse(Decision.NONE);
    return switch (decision) {
      case ACCEPT -> "accept";
      case DENY -> "deny";
      default -> "next";
    };
  }

  static String lower(Direction direction) {
    return direction.name().toLowerCase(Locale.ROOT);
  }

  /** What the containers of a pod call their ports, or nothing. */
  static String portsOf(JsonNode pod) {
    String list = pod.at("/spec/containers/0/ports").toString();
    return list.isEmpty() ? "" : list.substring(1, list.length() - 1);
  }

  static ObjectNode withSubject(String namespace, String ports) {
    ObjectNode state = JSON.createObjectNode();
    state.withArray("pods").add(json(SUBJECT.formatted(namespace, ports)));
    state
        .withArray("namespaces")
        .add(json("{\"kind\": \"Namespace\", \"metadata\": {\"name\": \"" + namespace + "\"}}"));
    return state;
  }

  static void assertAllowed(JsonNode row, JsonNode state, Connection connection) {
    Verdict verdict = new PolicyEvaluator(ClusterJson.state(state)).evaluate(connection);
    assertThat(verdict.allowed()).as("%s", verdict).isEqualTo(row.path("expect").asBoolean());
  }
}
