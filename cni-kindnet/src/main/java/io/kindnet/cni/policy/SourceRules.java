package io.kindnet.cni.policy;

import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_1;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Cmp;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Fib;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * The chains that drop what pods send from addresses that are not theirs, by which policies could
 * not know them, or would take them for their node: a socket of IPv6 needs no privilege to do so
 * ({@code IPV6_FREEBIND}), and each pod has a link-local address, by which it reaches its node.
 * IPv6 has no {@code rp_filter}.
 *
 * <p>Neighbour discovery passes, and so do connections of which both sides have sent.
 */
public final class SourceRules {
  /** For pods with links of their own. */
  public static final Chain OF_LINKS = chain("sources");

  /** For pods on a bridge. */
  public static final Chain OF_BRIDGE = chain("sources-bridge");

  private static final int BEHIND_CONNECTION_TRACKING = -150; // NF_IP_PRI_MANGLE
  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");

  private SourceRules() {}

  private static Chain chain(String name) {
    return new Chain(
        PendingTable.TABLE,
        name,
        BaseChain.filter(BaseChain.NF_INET_PRE_ROUTING, BEHIND_CONNECTION_TRACKING));
  }

  /** The rules of {@link #OF_LINKS}. */
  public static List<Rule> ofLinks() {
    return rules(HostNetwork.LINK_PREFIX + "*");
  }

  /**
   * The rules of {@link #OF_BRIDGE}.
   *
   * @param bridge the name of the bridge that pods are on
   */
  public static List<Rule> ofBridge(String bridge) {
    return rules(bridge);
  }

  private static List<Rule> rules(String links) {
    List<Rule> rules = new ArrayList<>();
    // of a connection, only the first packets are asked where they come from: that costs a look-up
    rules.add(Rule.when(Matches.ctState(Ct.ESTABLISHED | Ct.RELATED)).then(Verdict.accept()));
    rules.add(
        Rule.when(Matches.inputInterface(links))
            .and(Matches.neighbourDiscovery())
            .then(Verdict.accept()));
    rules.add(
        drop(links, Matches.sourceIn(LINK_LOCAL), "from a link-local address no policy knows"));
    rules.add(drop(links, noWayBack(), "from an address that is not behind this interface"));
    return List.copyOf(rules);
  }

  private static Rule drop(String links, List<Expression> condition, String comment) {
    return Rule.when(Matches.inputInterface(links))
        .and(condition)
        .then(Counter.zero(), Verdict.drop())
        .withComment(comment);
  }

  /** {@code fib saddr . iif oif 0}. */
  private static List<Expression> noWayBack() {
    return List.of(Fib.interfaceToSource(NFT_REG_1), Cmp.equal(NFT_REG_1, Value.ofInt(0)));
  }
}
