package io.kindnet.cni.policy;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of the network policies, as far as calls know it: kindnetd makes all of it, and its
 * rules. Where there is none yet, as after a start of the machine, a call makes the part that keeps
 * pending pods from others, also by addresses that are not theirs; kindnetd completes it in place.
 */
public final class PendingTable {
  /** The table. */
  public static final Table TABLE = new Table(TableFamily.INET, "kindnet-network-policies");

  private static final String[] SETS_BY_ADDRESS = {"podips", "egress", "ingress"};
  private static final String SET_OF_PAIRS = "self";

  private static final Chain POSTROUTING =
      new Chain(
          TABLE,
          "postrouting",
          BaseChain.filter(BaseChain.NF_INET_POST_ROUTING, BaseChain.NF_IP_PRI_NAT_SRC - 5));

  private static final Chain INPUT =
      new Chain(
          TABLE,
          "input",
          BaseChain.filter(BaseChain.NF_INET_LOCAL_IN, BaseChain.NF_IP_PRI_NAT_SRC + 1));

  private static final int IPPROTO_ICMP = 1; // linux/in.h
  private static final int IPPROTO_ICMPV6 = 58; // linux/in6.h

  private PendingTable() {}

  /** The set of the addresses of pending pods. */
  public static NamedSet pending(AddressFamily family) {
    FieldType type = family == AddressFamily.IPV4 ? FieldType.IPV4_ADDR : FieldType.IPV6_ADDR;
    return NamedSet.set(TABLE, named("pending", family), DataType.of(type));
  }

  /** An address of a pod as an element of {@link #pending}. */
  public static Element element(InetAddress address) {
    return Element.of(Value.of(address));
  }

  /**
   * Where the table may have {@code address} for the pod that had it last.
   *
   * @param set as much of it as a request names
   * @param element the key
   */
  public record Place(NamedSet set, Element element) {}

  /** All places but {@link #pending}. */
  public static List<Place> places(InetAddress address) {
    AddressFamily family = AddressFamily.of(address);
    DataType key = pending(family).key();
    Value value = Value.of(address);
    List<Place> places = new ArrayList<>();
    for (String name : SETS_BY_ADDRESS) {
      places.add(new Place(NamedSet.set(TABLE, named(name, family), key), Element.of(value)));
    }
    places.add(
        new Place(
            NamedSet.set(TABLE, named(SET_OF_PAIRS, family), key),
            Element.of(Value.concatenation(value, value))));
    return places;
  }

  private static String named(String name, AddressFamily family) {
    return name + (family == AddressFamily.IPV4 ? "-v4" : "-v6");
  }

  /**
   * The base chains, with their rules, that the table has only where pods are on a bridge.
   *
   * @param bridge its name
   */
  public static Map<Chain, List<Rule>> ofBridge(String bridge) {
    return Map.of(
        BridgedChain.CHAIN, BridgedChain.rules(bridge),
        SourceRules.OF_BRIDGE, SourceRules.ofBridge(bridge));
  }

  /**
   * Makes the table with what pending pods need, where there is none.
   *
   * @param bridge the name of the bridge that pods are on; empty for none
   */
  static void create(NftablesTransaction transaction, String bridge) {
    transaction.create(TABLE);
    for (AddressFamily family : AddressFamily.values()) {
      transaction.add(pending(family));
    }
    Map<Chain, List<Rule>> chains = chains();
    chains.put(SourceRules.OF_LINKS, SourceRules.ofLinks());
    if (!bridge.isEmpty()) {
      chains.putAll(ofBridge(bridge));
    }
    chains.keySet().forEach(transaction::add);
    chains.forEach((chain, rules) -> rules.forEach(rule -> transaction.append(chain, rule)));
  }

  /**
   * Takes the table away, whoever made it.
   *
   * @return whether there was one
   */
  public static boolean remove(NftablesSocket nftables) {
    return nftables.remove(TABLE);
  }

  private static Map<Chain, List<Rule>> chains() {
    Map<Chain, List<Rule>> chains = new LinkedHashMap<>();
    for (AddressFamily family : AddressFamily.values()) {
      String pending = pending(family).name();
      List<Rule> input = new ArrayList<>(undisputed(family));
      input.add(drop(Matches.sourceIn(family, pending)));
      chains.put(ofFamily(INPUT, family), input);
      List<Rule> postrouting = new ArrayList<>(input);
      postrouting.add(Rule.when(Matches.sentByThisHost()).then(Verdict.accept()));
      postrouting.add(drop(Matches.destinationIn(family, pending)));
      chains.put(ofFamily(POSTROUTING, family), postrouting);
    }
    chains.put(POSTROUTING, entrance(POSTROUTING));
    chains.put(INPUT, entrance(INPUT));
    return chains;
  }

  /** The chain that judges what one family sends through a base chain. */
  public static Chain ofFamily(Chain base, AddressFamily family) {
    return Chain.regular(TABLE, named(base.name(), family));
  }

  /** The rules of a base chain: what comes back passes, the rest is judged by family. */
  public static List<Rule> entrance(Chain base) {
    List<Rule> rules = new ArrayList<>();
    rules.add(Rule.when(Matches.ctReply()).then(Verdict.accept()));
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(
          Rule.when(Matches.family(family)).then(Verdict.gotoChain(ofFamily(base, family).name())));
    }
    return rules;
  }

  /** The errors of connections, and neighbour discovery: no policy is about these. */
  public static List<Rule> undisputed(AddressFamily family) {
    boolean ipv4 = family == AddressFamily.IPV4;
    List<Rule> rules = new ArrayList<>();
    rules.add(
        Rule.when(Matches.protocol(ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
            .and(Matches.ctState(Ct.RELATED))
            .then(Verdict.accept()));
    if (!ipv4) {
      rules.add(Rule.when(Matches.neighbourDiscovery()).then(Verdict.accept()));
    }
    return rules;
  }

  private static Rule drop(List<Expression> condition) {
    return Rule.when(condition)
        .then(Counter.zero(), Verdict.drop())
        .withComment("pods whose policies are not known yet");
  }
}
