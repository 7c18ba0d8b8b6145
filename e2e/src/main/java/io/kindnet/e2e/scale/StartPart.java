package io.kindnet.e2e.scale;

import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The agent starts where nothing of it is in the kernel. */
final class StartPart {
  private static final int RUNS = 3;

  /** When what the start took has been given back. */
  private static final double SETTLED_SECONDS = 15;

  private static final double MOST_TIMES_LIMIT = 3;
  private static final double MOST_CPU_SECONDS = 6;
  private static final double MOST_MIB = 160;
  private static final double MOST_RATIO = 6;

  /**
   * One start.
   *
   * @param listed seconds from the start of the process until it had all Nodes
   * @param inPlace seconds from then until all was in the kernel
   * @param cpu seconds until then
   */
  private record Start(double listed, double inPlace, double cpu, Messages messages) {}

  private final Stand stand;
  private final Table table =
      new Table(
          0,
          "nodes",
          "kernel's limit s",
          "list alone s",
          "start to list s",
          "list to in place s",
          "× limit",
          "CPU s",
          "messages",
          "peak MiB",
          "settled MiB",
          "of that anonymous",
          "CPU s then");
  private double cpuBefore;

  StartPart(Stand stand) {
    this.stand = stand;
  }

  /** Measures with the Nodes that are there. */
  void measure(KernelLimit limit, boolean all) {
    int nodes = stand.nodes().others().size();
    long begin = System.nanoTime();
    stand.nodes().list();
    double list = (System.nanoTime() - begin) / 1e9;
    List<Start> starts = new ArrayList<>();
    for (int run = 1; run < RUNS; run++) {
      System.err.println("start " + run + " with " + nodes + " nodes");
      try (Agent agent = startOnEmpty()) {
        starts.add(watch(agent));
      }
    }
    System.err.println("start " + RUNS + " with " + nodes + " nodes, until it has settled");
    try (Agent agent = startOnEmpty()) {
      Start last = watch(agent);
      starts.add(last);
      agent.awaitAge(SETTLED_SECONDS);
      double times = median(starts, Start::inPlace) / limit.wallSeconds();
      double cpu = median(starts, Start::cpu);
      double settled = agent.mebibytes("VmRSS");
      table.row(
          String.valueOf(nodes),
          Table.hundredths(limit.wallSeconds()),
          Table.hundredths(list),
          spread(starts, Start::listed),
          spread(starts, Start::inPlace),
          Table.hundredths(times),
          spread(starts, Start::cpu),
          last.messages.toString(),
          tenths(agent.mebibytes("VmHWM")),
          tenths(settled),
          tenths(agent.mebibytes("RssAnon")),
          Table.hundredths(agent.cpuSeconds()));
      if (all) {
        judge(nodes, times, cpu, settled);
      }
      cpuBefore = cpu;
    }
  }

  void print() {
    stand.out().println("### Start on an empty kernel");
    stand.out().println();
    stand.out().printf(Locale.ROOT, "Median of %d (least–most).%n", RUNS);
    table.print(stand.out());
  }

  private void judge(int nodes, double times, double cpu, double settled) {
    String with = " with " + nodes + " nodes";
    stand
        .targets()
        .atMost("from the list to all in place" + with, MOST_TIMES_LIMIT, times, " × limit");
    stand.targets().atMost("CPU of the start" + with, MOST_CPU_SECONDS, cpu, " s");
    stand.targets().atMost("CPU of the start, fifth to all", MOST_RATIO, cpu / cpuBefore, " ×");
    stand.targets().atMost("settled memory" + with, MOST_MIB, settled, " MiB");
  }

  private Agent startOnEmpty() {
    stand.host().clearKernel();
    return stand.host().startAgent();
  }

  private Start watch(Agent agent) {
    double listed = agent.awaitListed();
    double inPlace = agent.awaitInPlace();
    double cpu = agent.cpuSeconds();
    Messages messages = agent.messages();
    stand.host().state().require(stand.nodes().expected());
    return new Start(listed, inPlace - listed, cpu, messages);
  }

  private static double median(List<Start> starts, ToDoubleFunction<Start> figure) {
    return Spread.of(starts, figure).median();
  }

  private static String spread(List<Start> starts, ToDoubleFunction<Start> figure) {
    Spread spread = Spread.of(starts, figure);
    return String.format(
        Locale.ROOT, "%.2f (%.2f–%.2f)", spread.median(), spread.least(), spread.most());
  }

  private static String tenths(double figure) {
    return String.format(Locale.ROOT, "%.1f", figure);
  }
}
