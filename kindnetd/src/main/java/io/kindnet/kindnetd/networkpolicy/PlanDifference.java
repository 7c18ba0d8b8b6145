package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.networkpolicy.compiler.ClusterIndex;
import io.kindnet.kindnetd.networkpolicy.compiler.DomainSet;
import io.kindnet.kindnetd.networkpolicy.compiler.Plan;
import io.kindnet.kindnetd.networkpolicy.compiler.TableSet;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What leads from one plan to the next, where the kernel has what the first one calls for. */
@SuppressWarnings("ReferenceEquality") // what nothing changed is the same list
final class PlanDifference {
  private final Plan before;
  private final Plan after;
  private final TableUpdate update;

  private PlanDifference(Plan before, Plan after, TableUpdate update) {
    this.before = before;
    this.after = after;
    this.update = update;
  }

  /**
   * Adds the difference to {@code update}, but for the members of sets that both plans have.
   *
   * @param cluster as it is for {@code after}
   * @param domains prepared for {@code after}
   */
  static void add(
      Plan before, Plan after, ClusterIndex cluster, DomainAddresses domains, TableUpdate update) {
    if (before != after) {
      PlanDifference difference = new PlanDifference(before, after, update);
      difference.addSets(cluster, domains);
      difference.addChains();
      for (NamedSet set : PolicyTable.fixedSets()) {
        difference.addMembers(set);
      }
    }
  }

  private void addSets(ClusterIndex cluster, DomainAddresses domains) {
    for (TableSet set : after.sets().values()) {
      if (!before.sets().containsKey(set.name())) {
        update
            .sets()
            .create(
                set.set(),
                set instanceof DomainSet names ? domains.elements(names) : set.elements(cluster));
      }
    }
    for (TableSet set : before.sets().values()) {
      if (!after.sets().containsKey(set.name())) {
        update.sets().remove(set.set());
      }
    }
  }

  private void addChains() {
    after
        .chains()
        .forEach((name, rules) -> {
          List<Rule> present = before.chains().get(name);
          Chain chain = Chain.regular(PolicyTable.TABLE, name);
          if (present == null) {
            update.chains().create(chain, rules);
          } else if (present != rules && !present.equals(rules)) {
            update.chains().replace(chain, rules);
          }
        });
    for (String name : before.chains().keySet()) {
      if (!after.chains().containsKey(name)) {
        update.chains().remove(Chain.regular(PolicyTable.TABLE, name));
      }
    }
  }

  private void addMembers(NamedSet set) {
    addMembers(
        update,
        set,
        before.members().getOrDefault(set.name(), Map.of()),
        after.members().getOrDefault(set.name(), Map.of()));
  }

  /** One whose data or comment differs is taken away and added in the same transaction. */
  static void addMembers(
      TableUpdate update, NamedSet set, Map<Value, Element> present, Map<Value, Element> wanted) {
    List<Element> removed = new ArrayList<>();
    List<Element> added = new ArrayList<>();
    present.forEach((key, element) -> {
      if (isOther(element, wanted.get(key))) {
        removed.add(Element.of(key));
      }
    });
    wanted.forEach((key, element) -> {
      if (isOther(element, present.get(key))) {
        added.add(element);
      }
    });
    update.change(set, removed, added);
  }

  /** Most are the same object. */
  private static boolean isOther(Element element, @Nullable Element other) {
    return element != other && !element.equals(other);
  }
}
