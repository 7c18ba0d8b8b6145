package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Expression;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lets the counters of rules that are replaced go on. */
final class Counters {
  private Counters() {}

  /** {@code wanted}, with the counts of the rules of {@code present} that have the same comment. */
  static List<Rule> carryOver(List<Rule> present, List<Rule> wanted) {
    Map<String, Counter> counts = new HashMap<>();
    for (Rule rule : present) {
      Counter counter = rule.counter();
      if (counter != null && rule.comment() != null) {
        counts.put(rule.comment(), counter);
      }
    }
    return wanted.stream().map(rule -> carryOver(counts, rule)).toList();
  }

  private static Rule carryOver(Map<String, Counter> counts, Rule rule) {
    Counter counter = rule.comment() == null ? null : counts.get(rule.comment());
    if (counter == null || rule.counter() == null) {
      return rule;
    }
    List<Expression> expressions = new ArrayList<>();
    for (Expression expression : rule.expressions()) {
      expressions.add(expression instanceof Counter ? counter : expression);
    }
    return new Rule(expressions, rule.comment());
  }
}
