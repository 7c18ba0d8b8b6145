package io.kindnet.kindnetd.forwarding;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules that accept what pods of this node send and get, in a chain of somebody else. They are
 * its last ones, but for the one that refuses the rest: what the others drop by a rule, they drop
 * of pods, too.
 */
final class PodRules {
  /** Tells these rules from others'. */
  static final String COMMENT = "kindnet: pods of this node";

  /** {@code meta nfproto} and the comparison, which a table of one family does without. */
  private static final int FAMILY_EXPRESSIONS = 2;

  private PodRules() {}

  /** Whether kindnetd made {@code rule}. */
  static boolean isOwn(ListedRule rule) {
    return COMMENT.equals(rule.rule().comment());
  }

  /** {@code ip saddr 10.244.1.0/24 counter accept} and the same for {@code daddr}, for each. */
  static List<Rule> of(DroppingChain chain, List<IpPrefix> podCidrs) {
    TableFamily table = chain.chain().table().family();
    List<Rule> rules = new ArrayList<>();
    for (IpPrefix cidr : podCidrs) {
      if (sees(table, cidr.family())) {
        rules.add(accept(table, Matches.sourceIn(cidr)));
        rules.add(accept(table, Matches.destinationIn(cidr)));
      }
    }
    return rules;
  }

  private static boolean sees(TableFamily table, AddressFamily family) {
    return switch (table) {
      case INET -> true;
      case IP -> family == AddressFamily.IPV4;
      case IP6 -> family == AddressFamily.IPV6;
      default -> false;
    };
  }

  /** In the form that {@code iptables} reads, so that it can list the chain. */
  private static Rule accept(TableFamily table, List<Expression> condition) {
    List<Expression> needed =
        table == TableFamily.INET
            ? condition
            : condition.subList(FAMILY_EXPRESSIONS, condition.size());
    return Rule.when(needed).then(Counter.zero(), Verdict.accept()).withComment(COMMENT);
  }

  /** Whether {@code wanted} are there, in front of what refuses the rest, and no others of ours. */
  static boolean areIn(DroppingChain chain, List<Rule> wanted) {
    List<Rule> there = new ArrayList<>();
    boolean behind = false;
    for (ListedRule rule : chain.rules()) {
      if (isOwn(rule)) {
        there.add(rule.rule().normalized());
        behind |= chain.last().isPresent() && isBehind(chain, rule);
      }
    }
    List<Rule> normalized = wanted.stream().map(Rule::normalized).toList();
    return there.equals(normalized) && !behind;
  }

  private static boolean isBehind(DroppingChain chain, ListedRule rule) {
    return chain.rules().indexOf(rule) > chain.rules().indexOf(chain.last().orElseThrow());
  }

  /** Puts {@code wanted} in the place of what is there of ours. */
  static void put(NftablesTransaction transaction, DroppingChain chain, List<Rule> wanted) {
    remove(transaction, chain);
    for (Rule rule : wanted) {
      if (chain.last().isPresent()) {
        transaction.insertBefore(chain.chain(), chain.last().get().handle(), rule);
      } else {
        transaction.append(chain.chain(), rule);
      }
    }
  }

  /** Deletes what is there of ours. */
  static void remove(NftablesTransaction transaction, DroppingChain chain) {
    for (ListedRule rule : chain.rules()) {
      if (isOwn(rule)) {
        transaction.deleteRule(chain.chain(), rule.handle());
      }
    }
  }
}
