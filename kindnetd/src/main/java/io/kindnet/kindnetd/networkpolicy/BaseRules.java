package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.cni.policy.PendingTable;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.networkpolicy.compiler.DenyChain;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of the base chains. Packets of the direction in which a connection began are judged one
 * by one, so that a changed policy also meets connections that exist; what comes back is let
 * through.
 */
final class BaseRules {
  /** The rules of each base chain. */
  static final Map<Chain, List<Rule>> ALL = all();

  private BaseRules() {}

  private static Map<Chain, List<Rule>> all() {
    Map<Chain, List<Rule>> all = new LinkedHashMap<>();
    all.put(PolicyTable.POSTROUTING, postrouting());
    all.put(PolicyTable.INPUT, input());
    all.put(SourceRules.OF_LINKS, SourceRules.ofLinks());
    return all;
  }

  private static List<Rule> postrouting() {
    List<Rule> rules = new ArrayList<>(PendingTable.undisputed());
    addEgress(rules);
    rules.add(
        Rule.when(Matches.sourceLocal())
            .then(Verdict.accept())
            .withComment("its own node always reaches a pod"));
    for (AddressFamily family : AddressFamily.values()) {
      String pending = PolicyTable.pending(family).name();
      rules.add(pending(Matches.destinationIn(family, pending), Direction.INGRESS));
    }
    for (AddressFamily family : AddressFamily.values()) {
      String classes = PolicyTable.classes(Direction.INGRESS, family).name();
      rules.add(Rule.when(Matches.destinationVerdict(family, classes)).then());
    }
    return List.copyOf(rules);
  }

  private static List<Rule> input() {
    List<Rule> rules = new ArrayList<>();
    rules.add(Rule.when(Matches.inputInterface("lo")).then(Verdict.accept()));
    rules.addAll(PendingTable.undisputed());
    addEgress(rules);
    return List.copyOf(rules);
  }

  private static void addEgress(List<Rule> rules) {
    for (AddressFamily family : AddressFamily.values()) {
      String pending = PolicyTable.pending(family).name();
      rules.add(pending(Matches.sourceIn(family, pending), Direction.EGRESS));
    }
    for (AddressFamily family : AddressFamily.values()) {
      String classes = PolicyTable.classes(Direction.EGRESS, family).name();
      rules.add(Rule.when(Matches.sourceVerdict(family, classes)).then());
    }
  }

  private static Rule pending(List<Expression> condition, Direction direction) {
    return Rule.when(condition).then(Verdict.jump(DenyChain.pending(direction).name()));
  }
}
