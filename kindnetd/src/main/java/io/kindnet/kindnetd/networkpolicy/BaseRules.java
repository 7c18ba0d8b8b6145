package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.cni.policy.PendingTable;
import io.kindnet.cni.policy.SourceRules;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.nat64.Nat64Agent;
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
 * The rules of the base chains, and of the two that they lead to, one for each family: a packet
 * meets no rule about the other one. Packets of the direction in which a connection began are
 * judged one by one, so that a changed policy also meets connections that exist; what comes back is
 * let through.
 */
final class BaseRules {
  /** The rules of each chain. */
  static final Map<Chain, List<Rule>> ALL = all();

  private BaseRules() {}

  private static Map<Chain, List<Rule>> all() {
    Map<Chain, List<Rule>> all = new LinkedHashMap<>();
    for (AddressFamily family : AddressFamily.values()) {
      all.put(PendingTable.ofFamily(PolicyTable.POSTROUTING, family), postrouting(family));
      all.put(PendingTable.ofFamily(PolicyTable.INPUT, family), egress(family));
    }
    all.put(PolicyTable.POSTROUTING, PendingTable.entrance(PolicyTable.POSTROUTING));
    all.put(PolicyTable.INPUT, input());
    all.put(SourceRules.OF_LINKS, SourceRules.ofLinks());
    return all;
  }

  /** The same, which let through what is marked, because policies were asked about it before. */
  static Map<Chain, List<Rule>> lettingMarkedThrough() {
    Rule marked =
        Rule.when(Matches.mark(PolicyTable.DECIDED_MARK))
            .then(Verdict.accept())
            .withComment("decided by whoever marked it");
    Map<Chain, List<Rule>> all = new LinkedHashMap<>(ALL);
    for (Chain chain : List.of(PolicyTable.POSTROUTING, PolicyTable.INPUT)) {
      List<Rule> rules = new ArrayList<>();
      rules.add(marked);
      rules.addAll(ALL.getOrDefault(chain, List.of()));
      all.put(chain, List.copyOf(rules));
    }
    return all;
  }

  private static List<Rule> input() {
    List<Rule> rules = new ArrayList<>();
    rules.add(Rule.when(Matches.inputInterface("lo")).then(Verdict.accept()));
    rules.addAll(PendingTable.entrance(PolicyTable.INPUT));
    return List.copyOf(rules);
  }

  private static List<Rule> egress(AddressFamily family) {
    List<Rule> rules = new ArrayList<>(PendingTable.undisputed(family));
    rules.add(pending(Matches.sourceIn(family, pendingSet(family)), Direction.EGRESS));
    String classes = PolicyTable.classes(Direction.EGRESS, family).name();
    rules.add(Rule.when(Matches.sourceVerdict(family, classes)).then());
    return List.copyOf(rules);
  }

  /** Most packets for pods with policies leave by the map, before the look-up of pending ones. */
  private static List<Rule> postrouting(AddressFamily family) {
    List<Rule> rules = new ArrayList<>();
    if (family == AddressFamily.IPV4) {
      rules.add(
          Rule.when(Matches.inputInterface(Nat64Agent.TRANSLATED_LINK))
              .then(Verdict.accept())
              .withComment("judged before its translation"));
    }
    rules.addAll(egress(family));
    rules.add(
        Rule.when(Matches.sentByThisHost())
            .then(Verdict.accept())
            .withComment("its own node always reaches a pod"));
    String classes = PolicyTable.classes(Direction.INGRESS, family).name();
    rules.add(Rule.when(Matches.destinationVerdict(family, classes)).then());
    rules.add(pending(Matches.destinationIn(family, pendingSet(family)), Direction.INGRESS));
    return List.copyOf(rules);
  }

  private static String pendingSet(AddressFamily family) {
    return PolicyTable.pending(family).name();
  }

  private static Rule pending(List<Expression> condition, Direction direction) {
    return Rule.when(condition).then(Verdict.jump(DenyChain.pending(direction).name()));
  }
}
