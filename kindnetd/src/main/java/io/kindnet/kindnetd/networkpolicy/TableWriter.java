package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Carries out updates of the table so that packets see either all of one or nothing. What no packet
 * meets yet comes first; then everything that packets meet changes in one transaction; then goes
 * what is unused. It may end between any two transactions.
 *
 * <p>New chains are never part of the transaction that leads packets to them: a packet that is on
 * its way just then goes by the new elements of a map, but by the rules that a chain had before,
 * which is none for a new one ({@code nft_do_chain} reads the generation once, each look-up again).
 */
final class TableWriter {
  /** Larger updates, in bytes, are carried out in parts. */
  private static final long SMALL = 512 * 1024;

  /** So many elements, and so many rules, go into one transaction of a large update. */
  private static final int ELEMENTS = 8000;

  private static final int RULES = 1000;

  private final Supplier<NftablesSocket> nftables;
  private final long small;

  /**
   * @param nftables gives the socket of the network namespace; asked each time, since it may fail
   */
  TableWriter(Supplier<NftablesSocket> nftables) {
    this(nftables, SMALL);
  }

  /**
   * @param small updates of more bytes are carried out in parts
   */
  TableWriter(Supplier<NftablesSocket> nftables, long small) {
    this.nftables = nftables;
    this.small = small;
  }

  /**
   * Carries out {@code update}.
   *
   * @throws io.kindnet.netlink.nftables.NftablesException if the kernel refuses a part; what was
   *     done before stays, and no packet meets it
   */
  void write(TableUpdate update) {
    if (update.isEmpty()) {
      return;
    }
    boolean isSmall = update.size() <= small;
    NftablesTransaction change = nftables.get().transaction();
    if (update.mustBeRebuilt()) {
      prepareRebuild(update, change);
      prepare(update, change);
    } else if (isSmall) {
      NftablesTransaction preparation = nftables.get().transaction();
      prepare(update, preparation);
      commit(preparation);
    } else {
      NftablesTransaction objects = nftables.get().transaction();
      addObjects(update, objects);
      commit(objects);
      fillSets(update);
      fillChains(update);
    }
    switchOver(update, change);
    if (isSmall || update.mustBeRebuilt()) {
      cleanUp(update, change);
      commit(change);
      return;
    }
    commit(change);
    NftablesTransaction unused = nftables.get().transaction();
    cleanUp(update, unused);
    commit(unused);
  }

  /** Makes what is new, with all that is in it. */
  private static void prepare(TableUpdate update, NftablesTransaction transaction) {
    addObjects(update, transaction);
    update.sets().created().forEach((set, elements) -> add(transaction, set, elements));
    update
        .chains()
        .created()
        .forEach((chain, rules) -> {
          if (chain.base() == null) {
            append(transaction, chain, rules);
          }
        });
  }

  /** Takes all rules away, in a transaction that makes them again. */
  private static void prepareRebuild(TableUpdate update, NftablesTransaction transaction) {
    if (!update.mustBeRebuilt()) {
      return;
    }
    transaction.flush(PolicyTable.TABLE);
    flushMaps(update.sets().wrong(), transaction);
    flushMaps(update.sets().unused(), transaction);
    update.chains().wrong().forEach(transaction::delete);
    update.sets().wrong().forEach(transaction::delete);
  }

  private static void addObjects(TableUpdate update, NftablesTransaction transaction) {
    if (update.isTableMissing()) {
      transaction.add(PolicyTable.TABLE);
    }
    update.sets().created().keySet().forEach(transaction::add);
    for (Chain chain : update.chains().created().keySet()) {
      // a chain that packets enter has to have its rules from the first one on
      if (chain.base() == null) {
        transaction.add(chain);
      }
    }
  }

  private void fillSets(TableUpdate update) {
    NftablesTransaction transaction = nftables.get().transaction();
    int left = ELEMENTS;
    for (Map.Entry<NamedSet, Collection<Element>> entry : update.sets().created().entrySet()) {
      List<Element> elements = new ArrayList<>(entry.getValue());
      int from = 0;
      while (from < elements.size()) {
        // the two elements of an interval have to be in one part
        int to = isOfIntervals(entry.getKey()) ? elements.size() : from + Math.max(left, 0);
        to = Math.min(to, elements.size());
        add(transaction, entry.getKey(), elements.subList(from, to));
        left -= to - from;
        from = to;
        if (left <= 0) {
          commit(transaction);
          transaction = nftables.get().transaction();
          left = ELEMENTS;
        }
      }
    }
    commit(transaction);
  }

  private static boolean isOfIntervals(NamedSet set) {
    return (set.flags() & NamedSet.NFT_SET_INTERVAL) != 0;
  }

  private void fillChains(TableUpdate update) {
    NftablesTransaction transaction = nftables.get().transaction();
    int count = 0;
    for (Map.Entry<Chain, List<Rule>> entry : update.chains().created().entrySet()) {
      if (entry.getKey().base() != null) {
        continue;
      }
      append(transaction, entry.getKey(), entry.getValue());
      count += entry.getValue().size();
      if (count > RULES) {
        commit(transaction);
        transaction = nftables.get().transaction();
        count = 0;
      }
    }
    commit(transaction);
  }

  /** Everything that packets meet. */
  private static void switchOver(TableUpdate update, NftablesTransaction transaction) {
    update
        .sets()
        .replaced()
        .forEach((set, elements) -> {
          transaction.flush(set);
          add(transaction, set, elements);
        });
    update
        .changedSets()
        .forEach((set, change) -> {
          if (!change.removed().isEmpty()) {
            transaction.delete(set, change.removed());
          }
          add(transaction, set, change.added());
        });
    update
        .chains()
        .replaced()
        .forEach((chain, rules) -> {
          if (!update.mustBeRebuilt()) {
            transaction.flush(chain);
          }
          append(transaction, chain, rules);
        });
    update
        .chains()
        .created()
        .forEach((chain, rules) -> {
          if (chain.base() != null) {
            transaction.add(chain);
            append(transaction, chain, rules);
          }
        });
  }

  private static void cleanUp(TableUpdate update, NftablesTransaction transaction) {
    update.chains().unused().forEach(transaction::flush);
    flushMaps(update.sets().unused(), transaction);
    update.chains().unused().forEach(transaction::delete);
    update.sets().unused().forEach(transaction::delete);
  }

  /** No chain can be deleted that an element of a map leads to, though it be one of others. */
  private static void flushMaps(Collection<NamedSet> sets, NftablesTransaction transaction) {
    sets.stream().filter(set -> set.data() != null).forEach(transaction::flush);
  }

  private static void add(
      NftablesTransaction transaction, NamedSet set, Collection<Element> elements) {
    if (!elements.isEmpty()) {
      transaction.add(set, elements);
    }
  }

  private static void append(NftablesTransaction transaction, Chain chain, List<Rule> rules) {
    for (Rule rule : rules) {
      transaction.append(chain, rule);
    }
  }

  private void commit(NftablesTransaction transaction) {
    nftables.get().commit(transaction);
  }
}
