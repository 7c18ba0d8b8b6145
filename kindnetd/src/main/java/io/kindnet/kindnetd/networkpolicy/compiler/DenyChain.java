package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * A chain that drops, and why.
 *
 * @param direction seen from the pod that is selected
 * @param name of the chain
 * @param reason what makes it drop
 * @param policies the full names of those that say so; none for a pending pod
 */
public record DenyChain(Direction direction, String name, Reason reason, List<String> policies) {
  /** What makes a chain drop. */
  public enum Reason {
    /** The policies select the pod, and no rule of theirs lets the connection through. */
    DEFAULT,
    /** A rule of the policy denies it. */
    RULE,
    /** The policy cannot be followed. */
    UNUSABLE,
    /** The Pod is not known yet. */
    PENDING
  }

  /** Copies the list. */
  public DenyChain {
    policies = List.copyOf(policies);
  }

  static DenyChain of(Direction direction, Reason reason, List<String> policies) {
    String kind = "deny-" + PolicyTable.word(direction);
    String identity = reason + "|" + String.join(",", policies);
    return new DenyChain(direction, Names.chain(kind, policies, identity), reason, policies);
  }

  /** What drops the packets of pods that are not known yet. */
  public static DenyChain pending(Direction direction) {
    String name = "pending-" + PolicyTable.word(direction);
    return new DenyChain(direction, name, Reason.PENDING, List.of());
  }

  /** For people, and the label of a metric: short, and of little variety. */
  public String text() {
    return switch (reason) {
      case DEFAULT -> Names.comment("", policies);
      case RULE, UNUSABLE -> Names.comment("", policies);
      case PENDING -> "pending";
    };
  }

  private String comment() {
    return switch (reason) {
      case DEFAULT -> Names.comment("no rule allows it: ", policies);
      case RULE -> Names.comment("a rule denies it: ", policies);
      case UNUSABLE -> Names.comment("cannot be followed: ", policies);
      case PENDING -> "the Pod is not known yet";
    };
  }

  /** Its rules: what a pod sends to itself, by a Service, is let through all the same. */
  List<Rule> rules(LogRule log) {
    List<Rule> rules = new ArrayList<>();
    if (reason != Reason.PENDING) {
      for (AddressFamily family : AddressFamily.values()) {
        rules.add(
            Rule.when(Matches.addressesIn(family, PolicyTable.self(family).name()))
                .then(Verdict.returnToCaller())
                .withComment("a pod to itself"));
      }
    }
    List<Expression> logged = log.expressions(direction, name);
    if (!logged.isEmpty()) {
      rules.add(Rule.when(logged).then());
    }
    rules.add(Rule.always(Counter.zero(), Verdict.drop()).withComment(comment()));
    return List.copyOf(rules);
  }
}
