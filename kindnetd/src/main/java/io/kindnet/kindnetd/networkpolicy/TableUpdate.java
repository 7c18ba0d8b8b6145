package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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

  private boolean tableMissing;
  private final Set<Chain> wrongChains = new LinkedHashSet<>();
  private final Set<NamedSet> wrongSets = new LinkedHashSet<>();
  private final Map<NamedSet, Collection<Element>> newSets = new LinkedHashMap<>();
  private final Map<NamedSet, Collection<Element>> refilledSets = new LinkedHashMap<>();
  private final Map<NamedSet, ElementChange> changedSets = new LinkedHashMap<>();
  private final Map<Chain, List<Rule>> newChains = new LinkedHashMap<>();
  private final Map<Chain, List<Rule>> changedChains = new LinkedHashMap<>();
  private final List<Chain> unusedChains = new ArrayList<>();
  private final List<NamedSet> unusedSets = new ArrayList<>();

  /** There is no such table, or it sees no packets. */
  void tableMissing() {
    tableMissing = true;
  }

  boolean isTableMissing() {
    return tableMissing;
  }

  /** Others have made a chain of this name, of another kind. */
  void wrong(Chain chain) {
    wrongChains.add(chain);
  }

  Set<Chain> wrongChains() {
    return wrongChains;
  }

  /** Others have made a set of this name, of another kind. */
  void wrong(NamedSet set) {
    wrongSets.add(set);
  }

  Set<NamedSet> wrongSets() {
    return wrongSets;
  }

  /** Makes a set with these elements. */
  void create(NamedSet set, Collection<Element> elements) {
    newSets.put(set, elements);
  }

  Map<NamedSet, Collection<Element>> newSets() {
    return newSets;
  }

  /** Takes all elements of an interval set, whatever they are, and adds these. */
  void refill(NamedSet set, Collection<Element> elements) {
    refilledSets.put(set, elements);
  }

  Map<NamedSet, Collection<Element>> refilledSets() {
    return refilledSets;
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

  /** Makes a chain with these rules. */
  void create(Chain chain, List<Rule> rules) {
    newChains.put(chain, rules);
  }

  Map<Chain, List<Rule>> newChains() {
    return newChains;
  }

  /** Replaces all rules of a chain. */
  void replace(Chain chain, List<Rule> rules) {
    changedChains.put(chain, rules);
  }

  Map<Chain, List<Rule>> changedChains() {
    return changedChains;
  }

  /** Takes a chain away. */
  void remove(Chain chain) {
    unusedChains.add(chain);
  }

  List<Chain> unusedChains() {
    return unusedChains;
  }

  /** Takes a set away. */
  void remove(NamedSet set) {
    unusedSets.add(set);
  }

  List<NamedSet> unusedSets() {
    return unusedSets;
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
    return !tableMissing
        && !mustBeRebuilt()
        && newSets.isEmpty()
        && refilledSets.isEmpty()
        && newChains.isEmpty()
        && changedChains.isEmpty()
        && unusedChains.isEmpty()
        && unusedSets.isEmpty();
  }

  /** Whether rules have to go before what they use can be made as it should be. */
  boolean mustBeRebuilt() {
    return !wrongChains.isEmpty() || !wrongSets.isEmpty();
  }

  /** Roughly how many bytes its messages have. */
  long size() {
    long elements = 0;
    for (Collection<Element> added : newSets.values()) {
      elements += added.size();
    }
    for (Collection<Element> added : refilledSets.values()) {
      elements += added.size();
    }
    for (ElementChange change : changedSets.values()) {
      elements += change.removed.size() + change.added.size();
    }
    long rules = 0;
    for (List<Rule> added : newChains.values()) {
      rules += added.size();
    }
    for (List<Rule> added : changedChains.values()) {
      rules += added.size();
    }
    long objects = newSets.size() + newChains.size() + unusedChains.size() + unusedSets.size() + 2L;
    return 64 * elements + 512 * rules + 128 * objects;
  }
}
