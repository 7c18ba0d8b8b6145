package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.cni.policy.PendingTable;
import io.kindnet.kindnetd.networkpolicy.compiler.Plan;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells what calls that no agent serves do to the table from what others do: a call makes an
 * address of its pod pending, and takes away all that the table has for it ({@link
 * io.kindnet.cni.policy.StoredPolicies}).
 */
final class CallChanges {
  private static final Set<String> SETS_BY_ADDRESS =
      PolicyTable.fixedSets().stream().map(NamedSet::name).collect(Collectors.toUnmodifiableSet());

  private final Plan plan;
  private final Map<String, Set<Value>> missing = new HashMap<>();
  private final Map<String, Set<Value>> surplus = new HashMap<>();

  private CallChanges(Plan plan, TableUpdate repair) {
    this.plan = plan;
    repair
        .changedSets()
        .forEach((set, change) -> {
          missing.put(set.name(), keys(change.added()));
          surplus.put(set.name(), keys(change.removed()));
        });
  }

  private static Set<Value> keys(Collection<Element> elements) {
    return elements.stream().map(Element::key).collect(Collectors.toCollection(HashSet::new));
  }

  /**
   * Whether calls alone may have brought the table from where it should be to where it is.
   *
   * @param repair what leads back to {@code plan}
   * @param local the addresses of the pods of this node, as the database has them
   */
  static boolean explain(TableUpdate repair, Plan plan, Set<InetAddress> local) {
    if (!repair.changesElementsOnly(SETS_BY_ADDRESS)) {
      return false;
    }
    CallChanges changes = new CallChanges(plan, repair);
    local.forEach(changes::explain);
    return isEmpty(changes.missing) && isEmpty(changes.surplus);
  }

  private void explain(InetAddress address) {
    NamedSet pending = PendingTable.pending(AddressFamily.of(address));
    remove(surplus, pending.name(), Value.of(address));
    List<PendingTable.Place> places = new ArrayList<>(PendingTable.places(address));
    places.add(new PendingTable.Place(pending, PendingTable.element(address)));
    // who flushes a set or deletes an element leaves the others
    if (places.stream().allMatch(this::isMissingOrUnwanted)) {
      for (PendingTable.Place place : places) {
        remove(missing, place.set().name(), place.element().key());
      }
    }
  }

  private boolean isMissingOrUnwanted(PendingTable.Place place) {
    String set = place.set().name();
    Value key = place.element().key();
    return missing.getOrDefault(set, Set.of()).contains(key)
        || !plan.members().getOrDefault(set, Map.of()).containsKey(key);
  }

  private static void remove(Map<String, Set<Value>> keys, String set, Value key) {
    keys.getOrDefault(set, new HashSet<>()).remove(key);
  }

  private static boolean isEmpty(Map<String, Set<Value>> keys) {
    return keys.values().stream().allMatch(Set::isEmpty);
  }
}
