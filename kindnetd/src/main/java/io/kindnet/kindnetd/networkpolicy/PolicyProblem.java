package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What of a policy is not followed.
 *
 * @param kind {@code NetworkPolicy} or {@code ClusterNetworkPolicy}
 * @param namespace empty for a ClusterNetworkPolicy
 * @param uid of the policy
 * @param whole whether all that it says of a direction is not followed, so that the pods that it
 *     selects are denied everything there; else it is a rule, or a part of one
 * @param text which field, why, and with what effect
 */
public record PolicyProblem(
    String kind, String namespace, String name, String uid, boolean whole, String text) {
  /**
   * All of one policy.
   *
   * @param namesHaveAddresses whether it is learned which addresses domain names have
   */
  static List<PolicyProblem> of(Policy policy, boolean namesHaveAddresses) {
    List<PolicyProblem> problems = new ArrayList<>(0);
    for (Direction direction : Direction.values()) {
      if (policy.rules(direction).isPresent()) {
        add(problems, policy, direction, policy.rules(direction).get());
      }
    }
    if (!namesHaveAddresses) {
      for (String place : policy.placesOfDomainNames()) {
        problems.add(
            of(
                policy,
                /* whole= */ false,
                "spec."
                    + place
                    + ": its domainNames match nothing on nodes without the DNS cache"
                    + " (--dns-caching)"));
      }
    }
    return problems;
  }

  private static void add(
      List<PolicyProblem> problems, Policy policy, Direction direction, PolicyRules rules) {
    String where = direction.name().toLowerCase(Locale.ROOT);
    rules
        .problem()
        .ifPresent(problem ->
            problems.add(
                of(
                    policy,
                    /* whole= */ true,
                    problem
                        + "; until that is corrected, the pods that it selects are denied all "
                        + where)));
    for (String warning : rules.warnings()) {
      problems.add(of(policy, /* whole= */ false, warning));
    }
  }

  private static PolicyProblem of(Policy policy, boolean whole, String text) {
    String kind = policy.tier() == Tier.NETWORK_POLICY ? "NetworkPolicy" : "ClusterNetworkPolicy";
    return new PolicyProblem(kind, policy.namespace(), policy.name(), policy.uid(), whole, text);
  }

  /** The line for a log. */
  String line() {
    return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name + ": " + text;
  }
}
