package io.kindnet.kindnetd.forwarding;

import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the rules of a table that have no condition do with a packet that no other rule is about,
 * also in the chains that they lead to.
 */
final class UnconditionalRules {
  /** What a rule may have besides what it does: none of it is a condition. */
  private static final Set<String> NO_CONDITIONS = Set.of("log");

  private static final String REJECT = "reject";

  private final Map<String, List<ListedRule>> rules = new HashMap<>();

  /** What becomes of such a packet in a chain. */
  enum Outcome {
    /** It is dropped or rejected. */
    REFUSED,
    /** It is accepted. */
    ACCEPTED,
    /** It comes to the end of the chain, or back from it. */
    OPEN
  }

  /**
   * What becomes of such a packet.
   *
   * @param rule of the chain itself, which decides; empty if none does
   */
  record End(Outcome outcome, Optional<ListedRule> rule) {}

  /** Those of {@code table}. */
  UnconditionalRules(NftablesListing listing, Table table) {
    for (ListedRule rule : listing.rules(table)) {
      rules.computeIfAbsent(rule.chain(), _ -> new ArrayList<>()).add(rule);
    }
  }

  /** All rules of a chain. */
  List<ListedRule> of(String chain) {
    return List.copyOf(rules.getOrDefault(chain, List.of()));
  }

  /** How a packet that only rules without a condition are about leaves {@code chain}. */
  End end(String chain) {
    for (ListedRule rule : of(chain)) {
      Expression action = action(rule);
      if (action == null) {
        continue;
      }
      if (action.name().equals(REJECT) || action.equals(Verdict.drop())) {
        return new End(Outcome.REFUSED, Optional.of(rule));
      }
      if (action.equals(Verdict.accept())) {
        return new End(Outcome.ACCEPTED, Optional.of(rule));
      }
      if (action.equals(Verdict.returnToCaller())) {
        break;
      }
      if (action instanceof Verdict verdict && verdict.chain() != null) {
        Outcome there = end(verdict.chain()).outcome(); // the kernel takes no loops
        if (there != Outcome.OPEN) {
          return new End(there, Optional.of(rule));
        }
        if (verdict.equals(Verdict.gotoChain(verdict.chain()))) {
          break;
        }
      }
    }
    return new End(Outcome.OPEN, Optional.empty());
  }

  /** The chain that {@code rule} leads to, if it leads to one. */
  static Optional<String> target(ListedRule rule) {
    return action(rule) instanceof Verdict verdict
        ? Optional.ofNullable(verdict.chain())
        : Optional.empty();
  }

  /** What a rule does with every packet; null if there is a condition, or it does nothing. */
  private static @Nullable Expression action(ListedRule rule) {
    Expression action = null;
    for (Expression expression : rule.rule().expressions()) {
      if (expression instanceof Verdict || expression.name().equals(REJECT)) {
        action = expression;
      } else if (!(expression instanceof Counter) && !NO_CONDITIONS.contains(expression.name())) {
        return null;
      }
    }
    return action;
  }
}
