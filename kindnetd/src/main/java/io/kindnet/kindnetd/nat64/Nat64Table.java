package io.kindnet.kindnetd.nat64;

import static io.kindnet.netlink.nftables.BaseChain.NF_INET_LOCAL_IN;
import static io.kindnet.netlink.nftables.BaseChain.NF_INET_POST_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_INET_PRE_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_FILTER;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_DST;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_SRC;
import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_1;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.ip.TopLevelPrefixes;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.Intervals;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Immediate;
import io.kindnet.netlink.nftables.expr.Lookup;
import io.kindnet.netlink.nftables.expr.Masquerade;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Nat;
import io.kindnet.netlink.nftables.expr.Payload;
import io.kindnet.netlink.nftables.expr.Reject;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code inet kindnet-nat64}: what may be reached, and the node's address for what is
 * translated. Made once and then changed in place.
 */
final class Nat64Table {
  static final Table TABLE = new Table(TableFamily.INET, "kindnet-nat64");

  private static final int IPPROTO_ICMP = 1; // linux/in.h
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_UDP = 17;

  private static final NamedSet REFUSED = set("refused", FieldType.IPV6_ADDR);
  private static final NamedSet ALLOWED = set("allowed", FieldType.IPV6_ADDR);
  private static final NamedSet ALLOWED_V4 = set("allowed-ipv4", FieldType.IPV4_ADDR);

  /** Sees the first packet of a connection, and all of what it refuses: no connection begins. */
  private static final Chain PREROUTING =
      new Chain(TABLE, "prerouting", BaseChain.nat(NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST - 20));

  private static final Chain INPUT =
      new Chain(TABLE, "input", BaseChain.filter(NF_INET_LOCAL_IN, NF_IP_PRI_FILTER));

  /** Before all others that translate sources: what is done here, they leave alone. */
  private static final Chain POSTROUTING =
      new Chain(TABLE, "postrouting", BaseChain.nat(NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC - 20));

  private final Supplier<NftablesSocket> nftables;
  private final Map<NamedSet, List<Element>> sets = new LinkedHashMap<>();
  private final Map<Chain, List<Rule>> chains = new LinkedHashMap<>();

  /**
   * @param nftables gives the socket of the network namespace; asked each time, since it may fail
   */
  Nat64Table(Nat64Options options, Supplier<NftablesSocket> nftables) {
    this.nftables = nftables;
    TranslationPrefix prefix = new TranslationPrefix(options.prefix());
    sets.put(REFUSED, elements(embedded(prefix, SpecialAddresses.ALL)));
    sets.put(ALLOWED, elements(embedded(prefix, options.allowed())));
    sets.put(ALLOWED_V4, elements(options.allowed()));
    chains.put(PREROUTING, prerouting(options.pool()));
    chains.put(INPUT, input());
    chains.put(POSTROUTING, postrouting(options.pool()));
  }

  private static NamedSet set(String name, FieldType type) {
    return NamedSet.set(TABLE, name, DataType.of(type)).withAutoMerge();
  }

  private static List<IpPrefix> embedded(TranslationPrefix prefix, List<IpPrefix> parts) {
    return parts.stream().map(prefix::embed).toList();
  }

  /** In this order: where two prefixes touch, the kernel wants the end of the first one first. */
  private static List<Element> elements(List<IpPrefix> prefixes) {
    List<IpPrefix> sorted = new ArrayList<>(TopLevelPrefixes.of(prefixes));
    sorted.sort(Comparator.comparing(prefix -> IpAddresses.toInteger(prefix.address())));
    return Intervals.of(sorted);
  }

  /**
   * What is not global, and what is sent to the pool by somebody who knows it: answers get their
   * address of the pool behind this chain.
   */
  private static List<Rule> prerouting(IpPrefix pool) {
    List<Expression> notGlobal =
        new ArrayList<>(Matches.destinationIn(AddressFamily.IPV6, REFUSED.name()));
    notGlobal.addAll(destinationNotIn(AddressFamily.IPV6, ALLOWED));
    return List.of(
        Rule.when(notGlobal).then(Counter.zero(), new Reject(Reject.ICMPV6_ADM_PROHIBITED)),
        Rule.when(Matches.destinationIn(pool)).then(Counter.zero(), Verdict.drop()));
  }

  /** What is sent to one of the node's own addresses of IPv4. */
  private static List<Rule> input() {
    List<Expression> own = new ArrayList<>(Matches.inputInterface(Nat64Links.IPV4_END));
    own.addAll(Matches.family(AddressFamily.IPV4));
    own.addAll(destinationNotIn(AddressFamily.IPV4, ALLOWED_V4));
    return List.of(Rule.when(own).then(Counter.zero(), new Reject(Reject.ICMP_PKT_FILTERED)));
  }

  private static List<Expression> destinationNotIn(AddressFamily family, NamedSet set) {
    return List.of(
        Payload.destinationAddress(family, family.bytes(), NFT_REG_1),
        Lookup.notIn(set.name(), NFT_REG_1));
  }

  /**
   * A pod's packets keep its address until they are translated, whoever else masquerades pods; then
   * they get the node's. Listeners of connection tracking, the agent among them, hear of the
   * connection once, as the pod made it. The rules of a chain like this see the first packet of a
   * connection only.
   */
  private static List<Rule> postrouting(IpPrefix pool) {
    List<Expression> toPrefix = new ArrayList<>(Matches.outputInterface(Nat64Links.IPV6_END));
    toPrefix.addAll(Matches.family(AddressFamily.IPV6));
    toPrefix.add(Payload.sourceAddress(AddressFamily.IPV6, 16, NFT_REG_1));
    List<Rule> rules = new ArrayList<>();
    rules.add(Rule.when(toPrefix).then(Nat.source(AddressFamily.IPV6, NFT_REG_1)));
    rules.add(
        Rule.when(Matches.sourceIn(pool))
            .then(
                new Immediate(NFT_REG_1, Value.ofInt(0)), Ct.set(Ct.NFT_CT_EVENTMASK, NFT_REG_1)));
    for (int protocol : List.of(IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP)) {
      List<Expression> translated = new ArrayList<>(Matches.sourceIn(pool));
      translated.addAll(Matches.protocol(protocol));
      rules.add(Rule.when(translated).then(Counter.zero(), Masquerade.plain()));
    }
    rules.add(Rule.when(Matches.sourceIn(pool)).then(Counter.zero(), Masquerade.plain()));
    return rules;
  }

  /** Brings the table to where it should be. Returns whether anything was to do. */
  boolean ensure() {
    return nftables.get().update((listing, transaction) -> plan(listing, transaction));
  }

  private void plan(NftablesListing listing, NftablesTransaction transaction) {
    if (!listing.isActive(TABLE)) {
      transaction.add(TABLE);
    }
    List<Chain> unknown =
        listing.chains(TABLE).stream().filter(chain -> !isOurs(chain.name())).toList();
    boolean flushed =
        !unknown.isEmpty() || sets.keySet().stream().anyMatch(set -> differs(listing, set));
    if (flushed) {
      // rules go before what they use
      listing.chains(TABLE).forEach(transaction::flush);
    }
    unknown.forEach(transaction::delete);
    sets.forEach((set, elements) -> planSet(listing, transaction, set, elements));
    chains.forEach((chain, rules) -> planChain(listing, transaction, chain, rules, flushed));
  }

  private boolean isOurs(String chain) {
    return chains.keySet().stream().anyMatch(ours -> ours.name().equals(chain));
  }

  private static boolean differs(NftablesListing listing, NamedSet set) {
    NamedSet present = listing.set(TABLE, set.name());
    return present != null && !set.equals(present);
  }

  private static void planSet(
      NftablesListing listing,
      NftablesTransaction transaction,
      NamedSet set,
      List<Element> elements) {
    NamedSet present = listing.set(TABLE, set.name());
    if (present != null && !set.equals(present)) {
      transaction.delete(present);
    }
    if (!set.equals(present)) {
      transaction.add(set).add(set, elements);
    } else if (!new HashSet<>(listing.elements(set)).equals(new HashSet<>(elements))) {
      transaction.flush(set).add(set, elements);
    }
  }

  private static void planChain(
      NftablesListing listing,
      NftablesTransaction transaction,
      Chain chain,
      List<Rule> rules,
      boolean flushed) {
    @Nullable Chain present = listing.chain(TABLE, chain.name());
    if (chain.equals(present)) {
      if (!flushed && listing.hasRules(chain, rules)) {
        return;
      }
      transaction.flush(chain);
    } else {
      if (present != null) {
        transaction.flush(present).delete(present);
      }
      transaction.add(chain);
    }
    rules.forEach(rule -> transaction.append(chain, rule));
  }

  /**
   * How many connections were translated, by protocol, and what was refused by the rules, by
   * reason. What somebody else has written into the table counts for nothing.
   */
  Nat64Counts counts() {
    NftablesListing listing = nftables.get().list();
    if (!listing.exists(TABLE)) {
      return Nat64Counts.NONE;
    }
    return Nat64Counts.of(
        listed(listing, POSTROUTING), listed(listing, PREROUTING), listed(listing, INPUT));
  }

  private static List<Rule> listed(NftablesListing listing, Chain chain) {
    return listing.rules(chain).stream().map(ListedRule::rule).toList();
  }

  /** Removes the table with all that is in it. Returns whether it was there. */
  boolean remove() {
    return nftables.get().remove(TABLE);
  }
}
