package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.netlink.nftables.expr.Expression;
import java.util.List;

/** Makes the rule that logs what a chain is about to drop. */
@FunctionalInterface
public interface LogRule {
  /** Nothing is logged. */
  LogRule NONE = (direction, chain) -> List.of();

  /**
   * The expressions of that rule, without a verdict; none for no such rule.
   *
   * @param direction seen from the pod that is selected
   * @param chain the name of the chain
   */
  List<Expression> expressions(Direction direction, String chain);
}
