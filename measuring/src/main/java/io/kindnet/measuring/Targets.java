package io.kindnet.measuring;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was to be reached, and whether it was. */
public final class Targets {
  private record Target(String what, String wanted, String measured, boolean reached) {}

  private final List<Target> targets = new ArrayList<>();

  /** {@code measured} is to be {@code limit} at most; {@code unit} follows both. */
  public void atMost(String what, double limit, double measured, String unit) {
    targets.add(
        new Target(
            what,
            "≤ " + String.format(Locale.ROOT, "%.1f", limit) + unit,
            String.format(Locale.ROOT, "%.2f", measured) + unit,
            measured <= limit));
  }

  /** {@code measured} is to be {@code limit} at least; {@code unit} follows both. */
  public void atLeast(String what, double limit, double measured, String unit) {
    targets.add(
        new Target(
            what,
            "≥ " + String.format(Locale.ROOT, "%.1f", limit) + unit,
            String.format(Locale.ROOT, "%.1f", measured) + unit,
            measured >= limit));
  }

  /**
   * Something is to hold of {@code all} things.
   *
   * @param exceptions the names of those of which it does not
   */
  public void everywhere(String what, int all, List<String> exceptions) {
    targets.add(
        new Target(
            what,
            all + " of " + all,
            exceptions.isEmpty() ? all + " of " + all : "not " + String.join("; ", exceptions),
            exceptions.isEmpty()));
  }

  /** {@code mine} is to take less than {@code other}, both in milliseconds. */
  public void faster(String what, double mine, double other) {
    targets.add(
        new Target(
            what,
            String.format(Locale.ROOT, "< %.1f ms", other),
            String.format(Locale.ROOT, "%.1f ms", mine),
            mine < other));
  }

  /** {@code failures} is to be 0. */
  public void none(String what, long failures) {
    targets.add(new Target(what, "0", String.valueOf(failures), failures == 0));
  }

  /** Prints all of them, each with what was measured; nothing if there are none. */
  public void print(PrintStream out) {
    if (targets.isEmpty()) {
      return;
    }
    out.println("### Targets");
    Table table = new Table(1, "target", "wanted", "measured", "reached");
    for (Target target : targets) {
      table.row(target.what, target.wanted, target.measured, target.reached ? "yes" : "NO");
    }
    table.print(out);
  }
}
