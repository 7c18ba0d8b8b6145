package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.networkpolicy.compiler.AddressKey;
import io.kindnet.kindnetd.networkpolicy.compiler.AddressOwners;
import io.kindnet.kindnetd.networkpolicy.compiler.ClusterIndex;
import io.kindnet.kindnetd.networkpolicy.compiler.Plan;
import io.kindnet.kindnetd.networkpolicy.compiler.TableSet;
import io.kindnet.netlink.nftables.Element;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What changes in sets because addresses have other owners, or owners other labels: costs the
 * number of these addresses for each set, and not what is in it.
 */
final class ElementDifference {
  private final Plan plan;
  private final Set<AddressKey> addresses;
  private final Map<String, Set<Element>> before;

  /**
   * Keeps what is now in the sets of {@code plan} because of {@code addresses}.
   *
   * @param cluster in which nothing has changed yet
   */
  ElementDifference(Plan plan, Set<AddressKey> addresses, ClusterIndex cluster) {
    this.plan = plan;
    this.addresses = addresses;
    this.before = members(plan, cluster);
  }

  private Map<String, Set<Element>> members(Plan of, ClusterIndex cluster) {
    Map<String, Set<Element>> members = new HashMap<>();
    if (addresses.isEmpty()) {
      return members;
    }
    List<AddressOwners> owners = addresses.stream().map(cluster::ownersOf).toList();
    for (TableSet set : of.sets().values()) {
      if (plan.sets().containsKey(set.name())) {
        Set<Element> elements = new HashSet<>();
        for (AddressOwners each : owners) {
          elements.addAll(set.elementsFor(each, cluster));
        }
        if (!elements.isEmpty()) {
          members.put(set.name(), elements);
        }
      }
    }
    return members;
  }

  /**
   * Adds the changes of the sets that {@code after} has, too.
   *
   * @param cluster in which everything has changed
   */
  void add(Plan after, ClusterIndex cluster, TableUpdate update) {
    Map<String, Set<Element>> now = members(after, cluster);
    Set<String> names = new HashSet<>(now.keySet());
    names.addAll(before.keySet());
    for (String name : names) {
      TableSet set = after.sets().get(name);
      if (set != null) {
        Set<Element> removed = new HashSet<>(before.getOrDefault(name, Set.of()));
        Set<Element> added = new HashSet<>(now.getOrDefault(name, Set.of()));
        Set<Element> both = new HashSet<>(removed);
        both.retainAll(added);
        removed.removeAll(both);
        added.removeAll(both);
        update.change(set.set(), removed, added);
      }
    }
  }
}
