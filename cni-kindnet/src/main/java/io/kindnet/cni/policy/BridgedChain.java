package io.kindnet.cni.policy;

import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_1;

import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Cmp;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * The chain that keeps pods of one bridge from going around policies by addresses that no policy
 * knows: link-local ones of IPv6, groups, and the broadcast address. Pods with links of their own
 * do not reach each other by these either. Neighbour discovery passes.
 *
 * <p>It is at the forward hook, the only one where packets from port to port differ from the node's
 * own.
 */
public final class BridgedChain {
  /** The chain. */
  public static final Chain CHAIN =
      new Chain(
          PendingTable.TABLE,
          "bridged",
          BaseChain.filter(BaseChain.NF_INET_FORWARD, BaseChain.NF_IP_PRI_FILTER));

  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");
  private static final List<IpPrefix> GROUPS =
      List.of(
          IpPrefix.parse("ff00::/8"),
          IpPrefix.parse("224.0.0.0/4"),
          IpPrefix.parse("255.255.255.255/32"));
  private static final String COMMENT = "between pods of a bridge, no policy knows it";

  private BridgedChain() {}

  /**
   * Its rules.
   *
   * @param bridge the name of the bridge that pods are on
   */
  public static List<Rule> rules(String bridge) {
    List<Rule> rules = new ArrayList<>();
    rules.add(Rule.when(Matches.neighbourDiscovery()).then(Verdict.accept()));
    rules.add(drop(bridge, Matches.sourceIn(LINK_LOCAL)));
    rules.add(drop(bridge, Matches.destinationIn(LINK_LOCAL)));
    for (IpPrefix group : GROUPS) {
      rules.add(drop(bridge, Matches.destinationIn(group)));
    }
    return rules;
  }

  private static Rule drop(String bridge, List<Expression> condition) {
    return Rule.when(Matches.inputInterface(bridge))
        .and(
            List.of(
                Meta.load(Meta.NFT_META_OIFNAME, NFT_REG_1),
                Cmp.equal(NFT_REG_1, Value.ofInterfaceName(bridge))))
        .and(condition)
        .then(Counter.zero(), Verdict.drop())
        .withComment(COMMENT);
  }
}
