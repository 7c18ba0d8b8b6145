package io.kindnet.kindnetd.cluster.policies;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.kindnetd.cluster.policies.LabelSelectorReader.ReadablePart;
import io.kindnet.kindnetd.kube.JsonResource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads ClusterNetworkPolicies of {@code policy.networking.k8s.io/v1alpha2}. What cannot be read
 * makes the directions that it belongs to unusable; a policy whose tier cannot be read counts for
 * the first one.
 */
public final class ClusterNetworkPolicyReader {
  /** The ClusterNetworkPolicies, which are there where somebody installed their definition. */
  public static final JsonResource<PolicyObject> CLUSTER_NETWORK_POLICIES =
      new JsonResource<>(
          "apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies",
          "ClusterNetworkPolicies",
          json -> PolicyObject.of(json, read(json)),
          /* isOptional= */ true);

  // NamespacedPod
  static final String NAMESPACE_SELECTOR = "namespaceSelector";
  static final String POD_SELECTOR = "podSelector";
  static final Set<String> NAMESPACED_POD = Set.of(NAMESPACE_SELECTOR, POD_SELECTOR);

  private static final int MOST_PRIORITY = 1000;
  private static final String NAMESPACES = "namespaces";
  private static final String PODS = "pods";

  private ClusterNetworkPolicyReader() {}

  /** Which pods, and what of the subject could not be read. */
  private record Subject(PodSelector selector, Optional<String> problem) {}

  /** Reads a policy, whatever is in it. */
  public static Policy read(JsonNode json) {
    JsonField spec = new JsonField(json.path("spec"), "spec");
    JsonNode metadata = json.path("metadata");
    Subject subject = subject(spec.get("subject"));
    Optional<String> problem = subject.problem();
    Tier tier = Tier.ADMIN;
    int priority = 0;
    try {
      tier = tier(spec.get("tier"));
      priority = spec.get("priority").number(0, MOST_PRIORITY);
    } catch (UnreadableFieldException unreadable) {
      problem = Optional.of(unreadable.text());
    }
    Map<Direction, PolicyRules> rules = new EnumMap<>(Direction.class);
    for (Direction direction : Direction.values()) {
      JsonField field = spec.get(direction == Direction.INGRESS ? "ingress" : "egress");
      boolean silent = field.isAbsent() || (field.node().isArray() && field.node().isEmpty());
      if (!silent) {
        rules.put(
            direction,
            problem
                .map(PolicyRules::unusable)
                .orElseGet(() -> ClusterRulesReader.read(direction, field)));
      }
    }
    return new Policy(
        tier,
        "",
        metadata.path("name").asText(""),
        metadata.path("uid").asText(""),
        priority,
        subject.selector(),
        Optional.ofNullable(rules.get(Direction.INGRESS)),
        Optional.ofNullable(rules.get(Direction.EGRESS)));
  }

  private static Tier tier(JsonField field) throws UnreadableFieldException {
    String name = field.text();
    return switch (name) {
      case "Admin" -> Tier.ADMIN;
      case "Baseline" -> Tier.BASELINE;
      case "" -> throw field.problem("is missing");
      default -> throw field.unknown(name);
    };
  }

  /** Reads as much as limits the pods that are meant. */
  private static Subject subject(JsonField field) {
    Optional<String> problem = Optional.empty();
    try {
      if (field.object(Set.of(NAMESPACES, PODS)).names().size() != 1) {
        throw field.problem("has not exactly one of namespaces and pods");
      }
      field.get(PODS).object(NAMESPACED_POD);
    } catch (UnreadableFieldException unreadable) {
      problem = Optional.of(unreadable.text());
    }
    JsonField pods = field.get(PODS);
    boolean byPods = !pods.isAbsent();
    ReadablePart namespaces =
        LabelSelectorReader.readable(byPods ? pods.get(NAMESPACE_SELECTOR) : field.get(NAMESPACES));
    ReadablePart selected = LabelSelectorReader.readable(pods.get(POD_SELECTOR));
    return new Subject(
        PodSelector.inNamespaces(namespaces.selector(), selected.selector()),
        problem.or(namespaces::problem).or(selected::problem));
  }
}
