package io.kindnet.kindnetd.networkpolicy.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.networkpolicy.evaluator.DirectionVerdict;
import io.kindnet.kindnetd.networkpolicy.evaluator.TierVerdict;
import io.kindnet.netlink.ip.IpAddresses;
import java.util.List;
import java.util.Locale;

/**
 * An explanation for programs: {@code allowed}, and for each of {@code connections} its ends,
 * {@code protocol} (or {@code icmp}), {@code port}, {@code allowed} and {@code directions}, each
 * with the {@code tiers} that were asked; where an end is a pod of this node, {@code kernel} has
 * {@code allowed} and {@code agrees}.
 */
public final class JsonReport {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private JsonReport() {}

  /** The whole. */
  public static JsonNode of(PolicyExplanation explanation) {
    ObjectNode root = JSON.objectNode().put("allowed", explanation.allowed());
    ArrayNode connections = root.putArray("connections");
    explanation.connections().forEach(one -> connections.add(connection(one)));
    root.set("notes", texts(explanation.notes()));
    return root;
  }

  private static ObjectNode connection(ExplainedConnection explained) {
    ObjectNode node = JSON.objectNode();
    node.set("source", end(explained.source()));
    node.set("destination", end(explained.destination()));
    node.put(
        "protocol",
        explained.connection().protocol().map(TransportProtocol::toString).orElse("icmp"));
    if (explained.connection().protocol().isPresent()) {
      node.put("port", explained.connection().port());
    }
    node.put("allowed", explained.verdict().allowed());
    ArrayNode directions = node.putArray("directions");
    explained.verdict().directions().forEach(one -> directions.add(direction(one)));
    explained
        .kernel()
        .ifPresent(kernel ->
            node.putObject("kernel")
                .put("allowed", kernel.allowed())
                .put("agrees", kernel.agrees())
                .put("reason", kernel.reason()));
    return node;
  }

  private static ObjectNode end(EndPoint end) {
    ObjectNode node = JSON.objectNode().put("address", IpAddresses.format(end.address()));
    end.pod().ifPresent(pod -> node.put("pod", EndPoint.name(pod)).put("node", pod.node()));
    return node;
  }

  private static ObjectNode direction(DirectionVerdict verdict) {
    ObjectNode node =
        JSON.objectNode()
            .put("direction", verdict.direction().name().toLowerCase(Locale.ROOT))
            .put("pod", verdict.pod())
            .put("allowed", verdict.allowed())
            .put("reason", verdict.reason());
    ArrayNode tiers = node.putArray("tiers");
    verdict.tiers().forEach(one -> tiers.add(tier(one)));
    return node;
  }

  private static ObjectNode tier(TierVerdict verdict) {
    ObjectNode node =
        JSON.objectNode()
            .put("tier", Words.of(verdict.tier()))
            .put("decision", Words.of(verdict.decision()));
    node.set("selecting", texts(verdict.selecting()));
    node.set("policies", texts(verdict.policies()));
    verdict.place().ifPresent(place -> node.put("rule", place));
    return node.put("reason", verdict.reason());
  }

  private static ArrayNode texts(List<String> texts) {
    ArrayNode array = JSON.arrayNode();
    texts.forEach(array::add);
    return array;
  }
}
