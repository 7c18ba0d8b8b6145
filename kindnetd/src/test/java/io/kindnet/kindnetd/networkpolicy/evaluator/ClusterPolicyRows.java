package io.kindnet.kindnetd.networkpolicy.evaluator;

import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.OTHER_ADDRESS;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.SUBJECT;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.SUBJECT_ADDRESS;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.assertAllowed;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.connection;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.json;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.lower;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.portsOf;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.withSubject;
import static io.kindnet.kindnetd.networkpolicy.evaluator.VectorRows.word;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Tier;
import java.util.List;
import java.util.Locale;

/** Checks rows about policies of the cluster, and about tiers. */
final class ClusterPolicyRows {
  private ClusterPolicyRows() {}

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
  static void pipeline(JsonNode row) {
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

  static void tiers(JsonNode row) {
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
  static void cluster(JsonNode row) {
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
  static void clusterPorts(JsonNode row, JsonNode protocols) {
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
