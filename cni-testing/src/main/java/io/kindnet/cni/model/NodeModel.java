package io.kindnet.cni.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What must be on a node after all that has happened to it. Where others took something away, it
 * may be missing until a call has to restore it; what others left behind may stay until GC.
 */
final class NodeModel {
  /** The chains of the table with their rules. */
  private static final Map<String, Integer> CHAINS =
      Map.of("hostports", 6, "prerouting", 1, "output", 1, "postrouting", 5, "loopback-guard", 1);

  private enum Table {
    ABSENT,
    DAMAGED,
    COMPLETE
  }

  /** The pods that have rows. */
  private final Map<Slot, PodState> pods = new LinkedHashMap<>();

  /** Interfaces whose rows somebody deleted. */
  private final List<PodState> forgotten = new ArrayList<>();

  /** What somebody left of rows and map elements. */
  private final Set<String> leftovers = new TreeSet<>();

  private final RangeRows ranges = new RangeRows();
  private final Bridges bridges = new Bridges();
  private Table table = Table.ABSENT;

  /** The row of {@code slot}, or null. */
  @Nullable PodState find(Slot slot) {
    return pods.get(slot);
  }

  /** The interface of {@code slot}, with rows or without, or null. */
  @Nullable PodState findLinked(Slot slot) {
    return all()
        .filter(state -> state.linked && state.pod.slot().equals(slot))
        .findAny()
        .orElse(null);
  }

  Collection<PodState> pods() {
    return pods.values();
  }

  /** The slots of interfaces whose rows somebody deleted. */
  Collection<Slot> forgotten() {
    return forgotten.stream().map(state -> state.pod.slot()).toList();
  }

  private Stream<PodState> states() {
    return pods.values().stream();
  }

  private Stream<PodState> all() {
    return Stream.concat(states(), forgotten.stream());
  }

  void added(Pod pod) {
    added(pod, false);
  }

  /**
   * After an ADD.
   *
   * @param inDoubt whether the pod may have had an interface that the model does not know
   */
  void added(Pod pod, boolean inDoubt) {
    PodState replaced = pods.remove(pod.slot());
    if (replaced != null) {
      leaveBridgeElement(replaced.pod);
    }
    String ofSlot = ": " + pod.slot() + " ";
    leftovers.removeIf(line -> line.contains(ofSlot));
    PodState state = new PodState(pod);
    state.routesInDoubt =
        inDoubt || all().anyMatch(s -> s.routesInDoubt && s.pod.netns().equals(pod.netns()));
    addRoutes(state);
    if (pod.isBridged()) {
      bridges.added(state);
    }
    pods.put(pod.slot(), state);
    othersMayBeRestored();
    if (!pod.ports().isEmpty()) {
      portsChanged();
    }
    ranges.configured(pod.setting().ranges(), range -> isUsed(range, any -> true));
  }

  private void addRoutes(PodState added) {
    Pod pod = added.pod;
    String link = pod.slot().interfaceName();
    for (Lease lease : pod.leases()) {
      String source = lease.isIpv6() ? "" : lease.address();
      String onLink = pod.isBridged() ? lease.range().cidr() : lease.gateway();
      boolean isAdded = addPodRoute(added, onLink, Lines.route(onLink, "", link, source));
      if (isAdded || added.routesInDoubt) {
        String toAll = lease.isIpv6() ? "default6" : "default4";
        addPodRoute(added, toAll, Lines.route("default", lease.gateway(), link, source));
      }
      if (!pod.isBridged()) {
        all().forEach(other -> other.hostRoutes.removeIf(l -> l.address().equals(lease.address())));
        added.hostRoutes.add(lease);
      }
    }
  }

  /** Whether no other interface of the pod has such a route. */
  private boolean addPodRoute(PodState added, String destination, String line) {
    boolean isThere =
        all()
            .filter(other -> other.pod.netns().equals(added.pod.netns()))
            .anyMatch(other -> other.podRoutes.containsKey(destination));
    if (!isThere || added.routesInDoubt) {
      added.podRoutes.put(destination, line);
    }
    return !isThere;
  }

  /** DEL of a slot, whose interface is found without rows only in {@code netns}. */
  void deleted(Slot slot, String netns) {
    ranges.otherCall();
    PodState state = find(slot);
    if (state == null) {
      forgotten.removeIf(f -> f.pod.slot().equals(slot) && f.pod.netns().equals(netns));
    } else {
      remove(state);
    }
    othersMayBeRestored();
  }

  /** A call that no agent carries out puts the ports of other pods back into their bridge. */
  private void othersMayBeRestored() {
    states()
        .filter(state -> state.linked && state.pod.isBridged() && !state.plugged)
        .forEach(state -> {
          state.pluggedInDoubt = true;
          bridges.mayHave(state);
        });
  }

  private void remove(PodState state) {
    pods.remove(state.pod.slot());
    if (!state.pod.ports().isEmpty()) {
      leaveBridgeElement(state.pod);
      portsChanged();
    }
  }

  /** It is everybody's, and goes when the rules are restored. */
  private void leaveBridgeElement(Pod pod) {
    if (pod.isBridged() && !pod.ports().isEmpty()) {
      leftovers.add(PodState.bridgeElement(pod));
    }
  }

  /** After a call that found out about the state of the table. */
  private void portsChanged() {
    if (table != Table.COMPLETE) {
      restored();
    }
  }

  private void restored() {
    if (table != Table.ABSENT || states().anyMatch(state -> !state.pod.ports().isEmpty())) {
      table = Table.COMPLETE;
    }
    states().forEach(state -> state.elementsInDoubt = false);
    // another call may have restored the rules while the pod of a bridge was still there
    leftovers.removeIf(
        line -> line.startsWith(Lines.element("")) && !line.startsWith(PodState.BRIDGE_ELEMENT));
  }

  /** GC of {@code network}, to which only {@code valid} still belong. */
  void collected(String network, Collection<Slot> valid) {
    ranges.otherCall();
    for (PodState state : List.copyOf(pods.values())) {
      Pod pod = state.pod;
      if (pod.setting().network().equals(network) && !valid.contains(pod.slot())) {
        remove(state);
      }
    }
    restored();
    leftovers.clear();
  }

  /** The host's ends of the interfaces in {@code netns}. */
  Collection<String> linksIn(String netns) {
    return all()
        .filter(state -> state.linked && state.pod.netns().equals(netns))
        .map(state -> state.pod.hostInterface())
        .toList();
  }

  void namespaceDeleted(String netns) {
    states()
        .filter(state -> state.pod.netns().equals(netns))
        .forEach(state -> {
          state.inNamespace = false;
          state.unlink();
        });
    forgotten.removeIf(state -> state.pod.netns().equals(netns));
  }

  void linkDeleted(Slot slot) {
    PodState state = find(slot);
    if (state != null) {
      state.unlink();
    }
    forgotten.removeIf(each -> each.pod.slot().equals(slot));
  }

  void bridgeDeleted(String bridge) {
    bridges.deleted(bridge);
    all().forEach(state -> state.plugged = false);
  }

  /** Somebody deleted the row of {@code slot}, and with {@code further} those that refer to it. */
  void rowsDeleted(Slot slot, boolean further) {
    PodState state = find(slot);
    if (state != null) {
      pods.remove(state.pod.slot());
      if (state.linked) {
        forgotten.add(state);
      }
      leftovers.addAll(PodState.elements(state.pod));
      if (!further) {
        leftovers.addAll(PodState.furtherRows(state.pod));
      }
    }
  }

  void tableDeleted() {
    table = Table.ABSENT;
    elementsDeleted();
  }

  void rulesDeleted() {
    table = table == Table.ABSENT ? Table.ABSENT : Table.DAMAGED;
  }

  void elementsDeleted() {
    states().forEach(state -> state.elementsInDoubt = true);
  }

  /** Nobody knows what became of the table. */
  void tableInDoubt() {
    tableDeleted();
  }

  /** ADDs that nobody knows of may have written these ranges. */
  void mayHave(Collection<Range> more) {
    ranges.mayHave(more);
  }

  boolean isTableComplete() {
    return table == Table.COMPLETE;
  }

  /** Forgets what may go at any time and has gone. */
  void adopt(Set<String> observed) {
    for (PodState state : List.copyOf(pods.values())) {
      if (state.isStale() && !observed.contains(PodState.podRow(state.pod))) {
        pods.remove(state.pod.slot());
        leaveBridgeElement(state.pod);
      }
    }
    for (PodState state : pods.values()) {
      if (state.pluggedInDoubt && observed.contains(state.hostLink(true))) {
        state.plugged = true;
      }
      state.pluggedInDoubt = false;
    }
    bridges.adopt(observed);
    leftovers.retainAll(observed);
    ranges.adopt(observed);
  }

  /** What must be there, and what may. */
  Facts facts() {
    Facts facts = new Facts();
    leftovers.forEach(line -> facts.add(false, line));
    for (PodState state : pods.values()) {
      state.addRows(facts);
      state.addElements(facts);
      state.addLinks(facts);
    }
    forgotten.forEach(state -> state.addLinks(facts));
    ranges.addTo(facts, range -> isUsed(range, state -> !state.isStale()));
    bridges.addTo(facts);
    CHAINS.forEach((chain, rules) -> facts.add(table == Table.COMPLETE, Lines.rules(chain, rules)));
    return facts;
  }

  private boolean isUsed(Range range, Predicate<PodState> by) {
    return states().filter(by).anyMatch(state -> state.uses(range));
  }
}
