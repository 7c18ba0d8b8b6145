package io.kindnet.kindnetd.masq;

import static io.kindnet.netlink.nftables.BaseChain.NF_INET_POST_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_SRC;

import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Intervals;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesException;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Masquerade;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code inet kindnet-ipmasq}. Made once and then changed in place: sets first, then what
 * is in them, and only then the rules that use them.
 */
final class MasqTable {
  static final Table TABLE = new Table(TableFamily.INET, "kindnet-ipmasq");

  /** Before the chains of others that translate sources, kube-proxy's for one. */
  private static final Chain POSTROUTING =
      new Chain(TABLE, "postrouting", BaseChain.nat(NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC - 10));

  /** So many prefixes go into one transaction. */
  private static final int CHUNK = 1000;

  private final Supplier<NftablesSocket> nftables;
  private final List<Rule> rules;

  /**
   * @param links the names of the interfaces by which pods of this node send; one that ends with
   *     {@code *} stands for all that begin so
   * @param nftables gives the socket of the network namespace; asked each time, since it may fail
   */
  MasqTable(List<String> links, Supplier<NftablesSocket> nftables) {
    this.nftables = nftables;
    this.rules = rules(links);
  }

  /**
   * What is masqueraded is what a pod sends: from an address of a pod CIDR, or by an interface of a
   * pod, whose address may be of a range that an operator added, or that its Node had before. What
   * this machine sends itself, or routes for others, is not for this table to change.
   */
  private static List<Rule> rules(List<String> links) {
    List<Rule> rules = new ArrayList<>();
    rules.add(Rule.when(Matches.ctState(Ct.ESTABLISHED | Ct.RELATED)).then(Verdict.accept()));
    rules.add(Rule.when(Matches.destinationLocal()).then(Verdict.accept()));
    for (PrefixSet each : PrefixSet.values()) {
      String set = each.set().name();
      rules.add(
          each.isOfSources()
              ? masquerade(Matches.sourceIn(each.family(), set))
              : Rule.when(Matches.destinationIn(each.family(), set)).then(Verdict.accept()));
    }
    for (String link : links) {
      rules.add(masquerade(Matches.inputInterface(link)));
    }
    return List.copyOf(rules);
  }

  private static Rule masquerade(List<Expression> condition) {
    return Rule.when(condition).then(Counter.zero(), Masquerade.plain());
  }

  /** Makes table and sets unless they are there and in use. Returns whether anything was to do. */
  boolean ensureSets() {
    return update((listing, transaction) -> {
      if (!listing.isActive(TABLE)) {
        transaction.add(TABLE);
      }
      for (PrefixSet each : PrefixSet.values()) {
        NamedSet set = each.set();
        NamedSet present = listing.set(TABLE, set.name());
        if (!set.equals(present)) {
          if (present != null) {
            // someone made it otherwise; the rules that use it have to go before it
            removeRules(listing, transaction);
            transaction.delete(present);
          }
          transaction.add(set);
        }
      }
    });
  }

  /** Makes chain and rules unless they are there. Returns whether anything was to do. */
  boolean ensureRules() {
    return update((listing, transaction) -> {
      Chain present = listing.chain(TABLE, POSTROUTING.name());
      if (!POSTROUTING.equals(present)) {
        if (present != null) {
          transaction.flush(present).delete(present);
        }
        transaction.add(POSTROUTING);
      } else if (listing.hasRules(POSTROUTING, rules)) {
        return;
      } else {
        transaction.flush(POSTROUTING);
      }
      rules.forEach(rule -> transaction.append(POSTROUTING, rule));
    });
  }

  /** The prefixes in the kernel; empty if there is anything else among them. */
  Optional<Set<IpPrefix>> prefixes(PrefixSet set) {
    return PrefixElements.read(nftables.get().list().elements(set.set()), set.family());
  }

  /**
   * Changes {@code set} in place, a part at a time.
   *
   * @throws IOException with the first part that the kernel refused; the others are done
   */
  void change(PrefixSet set, Set<IpPrefix> present, Set<IpPrefix> desired) throws IOException {
    List<PrefixChange> parts = PrefixChange.between(present, desired, CHUNK);
    commit(set.set(), parts, nftables.get().transaction());
  }

  /** As {@link #change}, whatever is in {@code set}: that goes with the first part. */
  void replace(PrefixSet set, Set<IpPrefix> desired) throws IOException {
    List<PrefixChange> parts = PrefixChange.between(Set.of(), desired, CHUNK);
    commit(set.set(), parts, nftables.get().transaction().flush(set.set()));
  }

  /**
   * @param first what is to be done together with the first part
   */
  private void commit(NamedSet set, List<PrefixChange> parts, NftablesTransaction first)
      throws IOException {
    if (parts.isEmpty()) {
      nftables.get().commit(first);
    }
    List<NftablesException> refused = new ArrayList<>();
    NftablesTransaction transaction = first;
    for (PrefixChange part : parts) {
      transaction.delete(set, Intervals.of(part.removed())).add(set, Intervals.of(part.added()));
      try {
        nftables.get().commit(transaction);
      } catch (NftablesException refusal) {
        refused.add(refusal);
      }
      transaction = nftables.get().transaction();
    }
    if (!refused.isEmpty()) {
      throw new IOException(refused.getFirst().getMessage(), refused.getFirst());
    }
  }

  /** Removes the table with all that is in it. Returns whether it was there. */
  boolean remove() {
    return nftables.get().remove(TABLE);
  }

  private boolean update(BiConsumer<NftablesListing, NftablesTransaction> planner) {
    return nftables.get().update(planner);
  }

  private static void removeRules(NftablesListing listing, NftablesTransaction transaction) {
    @Nullable Chain chain = listing.chain(TABLE, POSTROUTING.name());
    if (chain != null) {
      transaction.flush(chain);
    }
  }
}
