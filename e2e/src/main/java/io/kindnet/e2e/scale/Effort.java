package io.kindnet.e2e.scale;

import io.kindnet.e2e.scale.KernelRecorder.Changes;
import io.kindnet.measuring.Table;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What an agent did because of something, and what came of it.
 *
 * @param begin when that began, by {@link System#nanoTime}
 * @param messages what it asked of the kernel
 * @param changes what changed there
 * @param cpuMillis the CPU time that it took, exact to the kernel's clock ticks
 * @param peakMib the most memory that it had meanwhile
 * @param residentMib what it had afterwards
 */
record Effort(
    long begin,
    Messages messages,
    Changes changes,
    double cpuMillis,
    double peakMib,
    double residentMib) {
  private static final List<String> COLUMNS =
      List.of("messages", "changes in the kernel", "CPU ms", "peak MiB", "resident MiB");

  /** Begins to look at what {@code agent} does. */
  static Watch watch(ScaleFixture fixture, ScaleAgent agent) {
    Messages messages = agent.messages();
    agent.process().forgetPeak();
    double cpuMillis = agent.process().cpuMillis();
    fixture.host().mark();
    return new Watch(fixture, agent, System.nanoTime(), messages, cpuMillis);
  }

  /**
   * Looks at all that {@code agent} has done since it was started.
   *
   * @param begin when that was; what has been heard of the kernel was forgotten then
   */
  static Watch watchOfStart(ScaleFixture fixture, ScaleAgent agent, long begin) {
    return new Watch(fixture, agent, begin, new Messages(0, 0), 0);
  }

  /** The last of several like each other, with the mean of their CPU time: one takes too little. */
  static Effort typical(List<Effort> efforts) {
    Effort last = efforts.getLast();
    double cpu = efforts.stream().mapToDouble(Effort::cpuMillis).average().orElseThrow();
    return new Effort(last.begin, last.messages, last.changes, cpu, last.peakMib, last.residentMib);
  }

  /** Milliseconds from the beginning until the last change. */
  double millis() {
    return millisAfter(begin);
  }

  /** Milliseconds from a moment until the last change; negative if that came before. */
  double millisAfter(long moment) {
    return (changes.last() - moment) / 1e6;
  }

  /**
   * A table of efforts.
   *
   * @param columns those before the columns that all efforts have
   */
  static Table table(int texts, String... columns) {
    return new Table(texts, join(columns, COLUMNS));
  }

  /** Adds a row to such a table. */
  void addTo(Table table, String... cells) {
    table.row(
        join(
            cells,
            List.of(
                messages.toString(),
                changes.toString(),
                tenths(cpuMillis),
                tenths(peakMib),
                tenths(residentMib))));
  }

  private static String[] join(String[] first, List<String> rest) {
    return Stream.concat(Stream.of(first), rest.stream()).toArray(String[]::new);
  }

  private static String tenths(double figure) {
    return String.format(Locale.ROOT, "%.1f", figure);
  }

  /**
   * Looks at what an agent does.
   *
   * @param begin since when
   * @param messages what it had asked before
   * @param cpuMillis what it had taken before
   */
  record Watch(
      ScaleFixture fixture, ScaleAgent agent, long begin, Messages messages, double cpuMillis) {

    /** Waits until the kernel has what belongs there, and nothing changes any more. */
    Effort end() {
      Changes changes = fixture.host().settle(fixture.nodes().expected());
      return new Effort(
          begin,
          agent.messages().since(messages),
          changes,
          agent.process().cpuMillis() - cpuMillis,
          agent.process().mebibytes("VmHWM"),
          agent.process().mebibytes("VmRSS"));
    }
  }
}
