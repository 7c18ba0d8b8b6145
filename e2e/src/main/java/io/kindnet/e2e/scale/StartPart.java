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

  /**
   * What came of all starts with so many nodes.
   *
   * @param timesLimit how often the kernel's limit goes into the time from the list
   * @param cpu seconds
   * @param settled MiB that are resident some time after the start
   */
  record Outcome(int nodes, double timesLimit, double cpu, double settled) {}

  private final ScaleFixture fixture;
  private final Table limits =
      new Table(0, "nodes", "ip -4 -batch s", "ip -6 -batch s", "nft -f s", "together s", "CPU s");
  private final Table times =
      new Table(
          0,
          "nodes",
          "the list alone s",
          "start to list s",
          "list to in place s",
          "× limit",
          "CPU s",
          "messages");
  private final Table memory =
      new Table(0, "nodes", "peak MiB", "settled MiB", "of that anonymous", "CPU s until then");

  StartPart(ScaleFixture fixture) {
    this.fixture = fixture;
  }

  /** Measures with the Nodes that are there. */
  Outcome measure() {
    int nodes = fixture.nodes().others().size();
    KernelLimit limit = KernelLimit.measure(fixture.nodes().others());
    long begin = System.nanoTime();
    fixture.nodes().list();
    double list = (System.nanoTime() - begin) / 1e9;
    List<Start> starts = new ArrayList<>();
    for (int run = 1; run < RUNS; run++) {
      fixture.say("start " + run + " with " + nodes + " nodes");
      try (ScaleAgent agent = startOnEmpty()) {
        starts.add(watch(agent));
      }
    }
    fixture.say("start " + RUNS + " with " + nodes + " nodes, until it has settled");
    try (ScaleAgent agent = startOnEmpty()) {
      starts.add(watch(agent));
      agent.awaitAge(SETTLED_SECONDS);
      addRows(nodes, limit, list, starts, agent);
      return new Outcome(
          nodes,
          Spread.of(starts, Start::inPlace).median() / limit.wall(),
          Spread.of(starts, Start::cpu).median(),
          agent.process().mebibytes("VmRSS"));
    }
  }

  private ScaleAgent startOnEmpty() {
    fixture.host().clearKernel();
    return fixture.host().startAgent();
  }

  private Start watch(ScaleAgent agent) {
    double listed = agent.awaitListed();
    double inPlace = agent.awaitInPlace();
    double cpu = agent.process().cpuMillis() / 1000;
    Messages messages = agent.messages();
    fixture.host().state().require(fixture.nodes().expected());
    return new Start(listed, inPlace - listed, cpu, messages);
  }

  private void addRows(
      int nodes, KernelLimit limit, double list, List<Start> starts, ScaleAgent agent) {
    String number = String.valueOf(nodes);
    limits.row(
        number,
        Table.hundredths(limit.routes4()),
        Table.hundredths(limit.routes6()),
        Table.hundredths(limit.sets()),
        Table.hundredths(limit.wall()),
        Table.hundredths(limit.cpu()));
    times.row(
        number,
        Table.hundredths(list),
        spread(starts, Start::listed),
        spread(starts, Start::inPlace),
        Table.hundredths(Spread.of(starts, Start::inPlace).median() / limit.wall()),
        spread(starts, Start::cpu),
        starts.getLast().messages.toString());
    memory.row(
        number,
        tenths(agent.process().mebibytes("VmHWM")),
        tenths(agent.process().mebibytes("VmRSS")),
        tenths(agent.process().mebibytes("RssAnon")),
        Table.hundredths(agent.process().cpuMillis() / 1000));
  }

  /** Prints all that was measured, and judges it. */
  void report(Outcome few, Outcome all) {
    fixture.chapter(
        "The kernel's limit",
        "The same routes and elements from files, in an empty namespace; median of "
            + KernelLimit.RUNS
            + ".");
    limits.print(fixture.out());
    fixture.chapter(
        "Start on an empty kernel",
        "From the start of the process to the list of all Nodes, and from then until all is in the",
        "kernel; median of " + RUNS + " (least–most).");
    times.print(fixture.out());
    fixture
        .out()
        .printf(
            Locale.ROOT,
            "Memory of the last of them, %.0f s after its start, when what that took is given back:%n",
            SETTLED_SECONDS);
    memory.print(fixture.out());
    String with = " with " + all.nodes + " nodes";
    fixture
        .targets()
        .atMost(
            "from the list to all in place" + with, MOST_TIMES_LIMIT, all.timesLimit, " × limit");
    fixture.targets().atMost("CPU of the start" + with, MOST_CPU_SECONDS, all.cpu, " s");
    fixture.targets().atMost("the same, against " + few.nodes, MOST_RATIO, all.cpu / few.cpu, " ×");
    fixture.targets().atMost("settled memory" + with, MOST_MIB, all.settled, " MiB");
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
