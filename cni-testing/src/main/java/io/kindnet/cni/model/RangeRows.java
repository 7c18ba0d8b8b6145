package io.kindnet.cni.model;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The ranges that are written down: those of the last ADD, and those of pods that are there. */
final class RangeRows {
  private final Set<Range> present = new HashSet<>();
  private Set<Range> justConfigured = Set.of();

  /** After an ADD with {@code configured}, which drops what nobody uses any more. */
  void configured(List<Range> configured, Predicate<Range> isUsed) {
    justConfigured = Set.copyOf(configured);
    present.addAll(configured);
    present.removeIf(range -> !justConfigured.contains(range) && !isUsed.test(range));
  }

  /** After another call: what nobody uses may be dropped, because it does not say what is. */
  void otherCall() {
    justConfigured = Set.of();
  }

  /** ADDs that nobody knows of may have written {@code more}. */
  void mayHave(Collection<Range> more) {
    present.addAll(more);
  }

  void adopt(Set<String> observed) {
    present.removeIf(range -> !observed.contains(row(range)));
  }

  void addTo(Facts facts, Predicate<Range> isUsed) {
    for (Range range : present) {
      facts.add(justConfigured.contains(range) || isUsed.test(range), row(range));
    }
  }

  private static String row(Range range) {
    return Lines.row("ipam_ranges", range, 1);
  }
}
