package io.kindnet.kindnetd.cluster.policies;

import java.util.List;
import java.util.Optional;

/**
 * What a policy says of one direction.
 *
 * @param rules in order; none where there is a problem
 * @param problem why the rules cannot be followed; the selected pods are then to be denied
 *     everything in this direction
 * @param warnings what of the policy is not followed where the rest is, for people; {@code rules}
 *     are without it
 */
public record PolicyRules(List<PolicyRule> rules, Optional<String> problem, List<String> warnings) {
  /** Copies the lists. */
  public PolicyRules {
    rules = List.copyOf(rules);
    warnings = List.copyOf(warnings);
  }

  /** Rules that can be followed. */
  public static PolicyRules of(List<PolicyRule> rules) {
    return new PolicyRules(rules, Optional.empty(), List.of());
  }

  /** Rules that cannot be followed. */
  public static PolicyRules unusable(String problem) {
    return new PolicyRules(List.of(), Optional.of(problem), List.of());
  }
}
