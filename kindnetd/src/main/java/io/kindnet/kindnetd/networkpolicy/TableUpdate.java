package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What has to be done to the table. Collected first, carried out by {@link TableWriter}. */
final class TableUpdate {
  /** Elements that have to go, and that have to come. */
  record ElementChange(Collection<Element> removed, Collection<Element> added) {
    boolean isEmpty() {
      return removed.isEmpty() && added.isEmpty();
    }
  }

  private final ObjectChanges<NamedSet, Collection<Element>> sets = new ObjectChanges<>();
  private final ObjectChanges<Chain, List<Rule>> chains = new ObjectChanges<>();
  private final Map<NamedSet, ElementChange> changedSets = new LinkedHashMap<>();
  private boolean tableMissing;

  /** There is no such table, or it sees no packets. */
  void tableMissing() {
    tableMissing = true;
  }

  boolean isTableMissing() {
    return tableMissing;
  }

  /** Sets, with all elements of those that are made, or filled again. */
  ObjectChanges<NamedSet, Collection<Element>> sets() {
    return sets;
  }

  /** Chains, with all rules of those that are made or changed. */
  ObjectChanges<Chain, List<Rule>> chains() {
    return chains;
  }

  /** Changes single elements, the removed ones first. */
  void change(NamedSet set, Collection<Element> removed, Collection<Element> added) {
    ElementChange change = new ElementChange(removed, added);
    if (!change.isEmpty()) {
      changedSets.put(set, change);
    }
  }

  Map<NamedSet, ElementChange> changedSets() {
    return changedSets;
  }

  /**
   * Takes out what would remove elements that are not there.
   *
   * @param sets of these sets; of others everything is taken to be there
   * @param kernel asked for those of which elements would be removed
   */
  void skipMissing(Collection<NamedSet> sets, NftablesListing kernel) {
    for (NamedSet set : sets) {
      ElementChange change = changedSets.get(set);
      if (change != null && !change.removed.isEmpty()) {
        Set<Value> present = new HashSet<>();
        kernel.elements(set).forEach(element -> present.add(element.key()));
        changedSets.remove(set);
        change(
            set,
            change.removed.stream().filter(element -> present.contains(element.key())).toList(),
            change.added);
      }
    }
  }

  /** Whether there is nothing to do but to change single elements of sets of these names. */
  boolean changesElementsOnly(Set<String> sets) {
    return isEmptyButForElements()
        && changedSets.keySet().stream().allMatch(set -> sets.contains(set.name()));
  }

  boolean isEmpty() {
    return isEmptyButForElements() && changedSets.isEmpty();
  }

  private boolean isEmptyButForElements() {
    return !tableMissing && sets.isEmpty() && chains.isEmpty();
  }

  /** Whether rules have to go before what they use can be made as it should be. */
  boolean mustBeRebuilt() {
    return !chains.wrong().isEmpty() || !sets.wrong().isEmpty();
  }

  /** Roughly how many bytes its messages have. */
  long size() {
    long elements = count(sets);
    for (ElementChange change : changedSets.values()) {
      elements += change.removed.size() + change.added.size();
    }
    long objects = objects(sets) + objects(chains) + 2L;
    return 64 * elements + 512 * count(chains) + 128 * objects;
  }

  private static long count(ObjectChanges<?, ? extends Collection<?>> changes) {
    long count = 0;
    for (Collection<?> content : changes.created().values()) {
      count += content.size();
    }
    for (Collection<?> content : changes.replaced().values()) {
      count += content.size();
    }
    return count;
  }

  private static long objects(ObjectChanges<?, ?> changes) {
    return changes.created().size() + (long) changes.unused().size();
  }
}
