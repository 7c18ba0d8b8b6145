package io.kindnet.cni.policy;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;
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
import java.util.List;

/**
 * The table of the network policies, as far as calls know it: kindnetd makes all of it, and its
 * rules. Where there is none yet, as after a start of the machine, a call makes the part that keeps
 * pending pods from others; kindnetd completes it in place.
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
  static Element element(InetAddress address) {
    return Element.of(Value.of(address));
  }

  /**
   * Where the table may have {@code address} for the pod that had it last.
   *
   * @param set as much of it as a request names
   * @param element the key
   */
  record Place(NamedSet set, Element element) {}

  /** All places but {@link #pending}. */
  static List<Place> places(InetAddress address) {
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

  /** Makes the table with what pending pods need, where there is none. */
  static void create(NftablesTransaction transaction) {
    transaction.create(TABLE);
    for (AddressFamily family : AddressFamily.values()) {
      transaction.add(pending(family));
    }
    transaction.add(POSTROUTING).add(INPUT);
    for (Rule rule : postrouting()) {
      transaction.append(POSTROUTING, rule);
    }
    for (Rule rule : input()) {
      transaction.append(INPUT, rule);
    }
  }

  private static List<Rule> postrouting() {
    List<Rule> rules = new ArrayList<>(undisputed());
    addEgress(rules);
    rules.add(Rule.when(Matches.sourceLocal()).then(Verdict.accept()));
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(drop(Matches.destinationIn(family, pending(family).name())));
    }
    return rules;
  }

  private static List<Rule> input() {
    List<Rule> rules = new ArrayList<>(undisputed());
    addEgress(rules);
    return rules;
  }

  private static void addEgress(List<Rule> rules) {
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(drop(Matches.sourceIn(family, pending(family).name())));
    }
  }

  /** Replies, the errors of connections, and neighbour discovery: no policy is about these. */
  public static List<Rule> undisputed() {
    List<Rule> rules = new ArrayList<>();
    rules.add(
        Rule.when(Matches.ctReply())
            .and(Matches.ctState(Ct.ESTABLISHED | Ct.RELATED))
            .then(Verdict.accept()));
    for (int protocol : new int[] {IPPROTO_ICMP, IPPROTO_ICMPV6}) {
      rules.add(
          Rule.when(Matches.protocol(protocol))
              .and(Matches.ctState(Ct.RELATED))
              .then(Verdict.accept()));
    }
    rules.add(Rule.when(Matches.neighbourDiscovery()).then(Verdict.accept()));
    return rules;
  }

  private static Rule drop(List<Expression> condition) {
    return Rule.when(condition)
        .then(Counter.zero(), Verdict.drop())
        .withComment("pods whose policies are not known yet");
  }
}
