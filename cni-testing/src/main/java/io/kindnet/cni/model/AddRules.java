package io.kindnet.cni.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What an ADD must answer, seen from the pods that are there before it. */
final class AddRules {
  private final Setting setting;
  private final List<PodState> living = new ArrayList<>();

  /** What is taken by pods that are there. */
  private final Set<String> taken = new HashSet<>();

  /** That, and what stale rows hold until somebody needs it. */
  private final Set<String> takenByRows = new HashSet<>();

  AddRules(Setting setting, Collection<PodState> pods) {
    this.setting = setting;
    for (Range range : setting.ranges()) {
      taken.add(range.gateway());
    }
    takenByRows.addAll(taken);
    for (PodState state : pods) {
      if (!state.isStale()) {
        living.add(state);
        state.pod.leases().forEach(lease -> take(taken, lease));
      }
      state.pod.leases().forEach(lease -> take(takenByRows, lease));
    }
  }

  private static void take(Set<String> set, Lease lease) {
    set.add(lease.address());
    set.add(lease.gateway());
  }

  /** The error codes that an ADD may answer with; none if it must succeed. */
  Set<Integer> errors(
      Slot slot, boolean hasNamespace, boolean isNameTaken, List<PortMappingRequest> requests) {
    Set<Integer> errors = new TreeSet<>();
    if (!hasNamespace) {
      errors.add(ErrorCodes.INVALID_ENVIRONMENT);
    }
    if (isNameTaken) {
      errors.add(ErrorCodes.KERNEL_REFUSED);
    }
    if (living.stream().anyMatch(state -> state.pod.slot().equals(slot))) {
      errors.add(ErrorCodes.INVALID_ENVIRONMENT);
    }
    if (!hasAddress()) {
      errors.add(ErrorCodes.NO_ADDRESS);
    }
    if (isInConflict(requests)) {
      errors.add(ErrorCodes.HOST_PORT_HELD);
    }
    return errors;
  }

  /** Whether a pod would get an address. */
  boolean hasAddress() {
    return isServed(false) || isServed(true);
  }

  private boolean isServed(boolean six) {
    return setting.ranges().stream()
        .anyMatch(range -> range.isIpv6() == six && !range.isFull(taken));
  }

  private boolean isInConflict(List<PortMappingRequest> requests) {
    List<String> addresses = new ArrayList<>();
    if (isServed(false)) {
      addresses.add("0.0.0.0");
    }
    if (isServed(true)) {
      addresses.add("::");
    }
    for (Port port : Port.of(requests, addresses)) {
      boolean held =
          living.stream()
              .flatMap(state -> state.pod.ports().stream())
              .anyMatch(other -> other.overlaps(port));
      if (held) {
        return true;
      }
    }
    return false;
  }

  /** Fails unless a pod could be given {@code leases}. */
  void requireValid(List<Lease> leases) {
    require(leases.stream().noneMatch(lease -> taken.contains(lease.address())), "free", leases);
    for (boolean six : new boolean[] {false, true}) {
      List<Lease> ofFamily = leases.stream().filter(lease -> lease.isIpv6() == six).toList();
      require(ofFamily.size() == (isServed(six) ? 1 : 0), "one for each family", leases);
      for (Lease lease : ofFamily) {
        List<Range> ranges =
            setting.ranges().stream().filter(range -> range.isIpv6() == six).toList();
        int index = ranges.indexOf(lease.range());
        // a stale row may have been removed before the choice, or not
        require(
            firstFree(ranges, taken) <= index && index <= firstFree(ranges, takenByRows),
            "from the first range that is not full",
            leases);
      }
    }
  }

  private static int firstFree(List<Range> ranges, Set<String> taken) {
    int index = 0;
    while (index < ranges.size() && ranges.get(index).isFull(taken)) {
      index++;
    }
    return index;
  }

  private void require(boolean isSo, String what, List<Lease> leases) {
    if (!isSo) {
      throw new AssertionError(
          "addresses " + leases + " are not " + what + "; taken are " + takenByRows);
    }
  }
}
