package io.kindnet.kindnetd.networkpolicy.evaluator;

import io.kindnet.kindnetd.cluster.policies.Tier;
import java.util.List;
import java.util.Optional;

/**
 * What the policies of one tier say of a connection in one direction.
 *
 * @param selecting the policies that select the pod in this direction, by their full names, in the
 *     order in which they are asked
 * @param policies those of them that decide: one, or all that select the pod where it is by default
 *     that they deny; none where nobody decides
 * @param place of the rule that decides, such as {@code ingress[2] (allow-dns)}; empty where none
 *     does
 * @param reason for people
 */
public record TierVerdict(
    Tier tier,
    Decision decision,
    List<String> selecting,
    List<String> policies,
    Optional<String> place,
    String reason) {
  /** Copies the lists. */
  public TierVerdict {
    selecting = List.copyOf(selecting);
    policies = List.copyOf(policies);
  }
}
