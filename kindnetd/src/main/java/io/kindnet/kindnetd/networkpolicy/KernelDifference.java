package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.networkpolicy.compiler.ClusterIndex;
import io.kindnet.kindnetd.networkpolicy.compiler.DomainSet;
import io.kindnet.kindnetd.networkpolicy.compiler.Plan;
import io.kindnet.kindnetd.networkpolicy.compiler.TableSet;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What leads from whatever is in the kernel to a plan. */
final class KernelDifference {
  private final NftablesListing kernel;
  private final Plan plan;
  private final ClusterIndex cluster;
  private final Map<Chain, List<Rule>> baseChains;
  private final DomainAddresses domains;
  private final TableUpdate update = new TableUpdate();
  private final Map<String, Integer> sizes = new HashMap<>();
  private final Map<String, NamedSet> sets = new HashMap<>();
  private final Map<String, Chain> chains = new HashMap<>();
  private final Map<String, List<Rule>> rules = new HashMap<>();

  private KernelDifference(
      NftablesListing kernel,
      Plan plan,
      ClusterIndex cluster,
      Map<Chain, List<Rule>> baseChains,
      DomainAddresses domains) {
    this.kernel = kernel;
    this.plan = plan;
    this.cluster = cluster;
    this.baseChains = baseChains;
    this.domains = domains;
  }

  /**
   * Reads the table as a whole.
   *
   * @param baseChains the rules of the base chains
   * @param domains prepared for {@code plan}
   */
  static KernelDifference between(
      NftablesListing kernel,
      Plan plan,
      ClusterIndex cluster,
      Map<Chain, List<Rule>> baseChains,
      DomainAddresses domains) {
    KernelDifference difference = new KernelDifference(kernel, plan, cluster, baseChains, domains);
    difference.compare();
    return difference;
  }

  TableUpdate update() {
    return update;
  }

  /** How many elements each set has to have, by name. */
  Map<String, Integer> sizes() {
    return sizes;
  }

  private void compare() {
    if (!kernel.isActive(PolicyTable.TABLE)) {
      update.tableMissing();
    }
    list();
    Map<String, List<Rule>> wantedRules = new LinkedHashMap<>();
    Map<String, Chain> wantedChains = new LinkedHashMap<>();
    plan.chains()
        .forEach((name, wanted) -> {
          wantedRules.put(name, wanted);
          wantedChains.put(name, Chain.regular(PolicyTable.TABLE, name));
        });
    baseChains.forEach((chain, wanted) -> {
      wantedRules.put(chain.name(), wanted);
      wantedChains.put(chain.name(), chain);
    });
    compareKinds(wantedChains);
    for (NamedSet set : PolicyTable.fixedSets()) {
      compareMembers(set);
    }
    plan.sets().values().forEach(this::compareElements);
    wantedChains.values().forEach(chain -> compareRules(chain, wantedRules));
    addUnused(wantedChains);
  }

  private void list() {
    for (NamedSet set : kernel.sets(PolicyTable.TABLE)) {
      if ((set.flags() & NamedSet.NFT_SET_ANONYMOUS) == 0) {
        sets.put(set.name(), set);
      }
    }
    for (Chain chain : kernel.chains(PolicyTable.TABLE)) {
      chains.put(chain.name(), chain);
    }
    for (ListedRule rule : kernel.rules(PolicyTable.TABLE)) {
      rules.computeIfAbsent(rule.chain(), _ -> new ArrayList<>()).add(rule.rule());
    }
  }

  private void compareKinds(Map<String, Chain> wantedChains) {
    List<NamedSet> wantedSets = new ArrayList<>(PolicyTable.fixedSets());
    plan.sets().values().forEach(set -> wantedSets.add(set.set()));
    for (NamedSet wanted : wantedSets) {
      NamedSet present = sets.get(wanted.name());
      if (present != null && !isSameKind(wanted, present)) {
        update.sets().isWrong(present);
        sets.remove(wanted.name());
      }
    }
    for (Chain wanted : wantedChains.values()) {
      Chain present = chains.get(wanted.name());
      if (present != null && !present.equals(wanted)) {
        update.chains().isWrong(present);
        chains.remove(wanted.name());
      }
    }
  }

  /** Comments are for people. */
  private static boolean isSameKind(NamedSet wanted, NamedSet present) {
    return wanted.flags() == present.flags()
        && wanted.key().equals(present.key())
        && (wanted.data() == null ? present.data() == null : wanted.data().equals(present.data()))
        && wanted.timeout().equals(present.timeout());
  }

  private void compareMembers(NamedSet set) {
    Map<Value, Element> present = new HashMap<>();
    if (sets.containsKey(set.name())) {
      kernel.elements(set).forEach(element -> present.put(element.key(), element));
    } else {
      update.sets().create(set, List.of());
    }
    Map<Value, Element> wanted = plan.members().getOrDefault(set.name(), Map.of());
    sizes.put(set.name(), wanted.size());
    PlanDifference.addMembers(update, set, present, wanted);
  }

  private void compareElements(TableSet set) {
    if (set instanceof DomainSet names) {
      compareAddresses(names);
      return;
    }
    Collection<Element> wanted = set.elements(cluster);
    sizes.put(set.name(), wanted.size());
    if (!sets.containsKey(set.name())) {
      update.sets().create(set.set(), wanted);
      return;
    }
    Set<Element> removed = new HashSet<>(kernel.elements(set.set()));
    List<Element> added = new ArrayList<>();
    for (Element element : wanted) {
      if (!removed.remove(element)) {
        added.add(element);
      }
    }
    if (removed.isEmpty() && added.isEmpty()) {
      return;
    }
    if ((set.set().flags() & NamedSet.NFT_SET_INTERVAL) != 0) {
      update.sets().replace(set.set(), wanted);
    } else {
      update.change(set.set(), removed, added);
    }
  }

  /** What is in it depends on answers of name servers, and goes by itself. */
  private void compareAddresses(DomainSet set) {
    if (!sets.containsKey(set.name())) {
      update.sets().create(set.set(), domains.elements(set));
      return;
    }
    DomainAddresses.Difference difference =
        domains.difference(set, () -> kernel.elements(set.set()));
    update.change(set.set(), difference.removed(), difference.added());
  }

  private void compareRules(Chain chain, Map<String, List<Rule>> wantedRules) {
    List<Rule> wanted = wantedRules.getOrDefault(chain.name(), List.of());
    if (!chains.containsKey(chain.name())) {
      update.chains().create(chain, wanted);
      return;
    }
    List<Rule> present = rules.getOrDefault(chain.name(), List.of());
    if (update.mustBeRebuilt() || !normalized(present).equals(normalized(wanted))) {
      update.chains().replace(chain, Counters.carryOver(present, wanted));
    }
  }

  private void addUnused(Map<String, Chain> wantedChains) {
    for (Chain chain : chains.values()) {
      if (!wantedChains.containsKey(chain.name())) {
        update.chains().remove(chain);
      }
    }
    Set<String> wantedSets = new HashSet<>(plan.sets().keySet());
    PolicyTable.fixedSets().forEach(set -> wantedSets.add(set.name()));
    for (NamedSet set : sets.values()) {
      if (!wantedSets.contains(set.name())) {
        update.sets().remove(set);
      }
    }
  }

  private static List<Rule> normalized(@Nullable List<Rule> rules) {
    return rules == null ? List.of() : rules.stream().map(Rule::normalized).toList();
  }
}
