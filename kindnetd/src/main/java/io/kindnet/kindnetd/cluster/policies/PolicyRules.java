package io.kindnet.kindnetd.cluster.policies;

import java.util.List;
import java.util.Optional;

/**
 * What a policy says of one direction.
 *
 * @param rules in order; none where there is a problem
 * @param problem why the rules cannot be followed; the selected pods are then to be denied
 *     everything in this direction
 */
public record PolicyRules(List<PolicyRule> rules, Optional<String> problem) {
  /** Copies the list. */
  public PolicyRules {
    rules = List.copyOf(rules);
  }

  /** Rules that can be followed. */
  public static PolicyRules of(List<PolicyRule> rules) {
    return new PolicyRules(rules, Optional.empty());
  }

  /** Rules that cannot be followed. */
  public static PolicyRules unusable(String problem) {
    return new PolicyRules(List.of(), Optional.of(problem));
  }
}
