package io.kindnet.bench;

import io.kindnet.bench.Series.Run;
import io.kindnet.netlink.testing.Resources;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What a call costs on a node that has a lot already, beside one that has nothing. */
final class GrowthPart {
  private static final List<String> RANGES = List.of("10.244.0.0/16", "fd00:10:244::/64");
  private static final int ROWS = 10_000;
  private static final int PORTS = 5_000;
  private static final int WARM_UP = 2;

  private static final List<Work> WORKS = List.of(Work.DUAL_STACK, Work.DUAL_STACK_PORT);
  private static final String EMPTY = "empty";
  private static final String FULL = "full";

  private final Stand stand;
  private final int runs;
  private final Network network = Network.kindnet("kindnet-wide", RANGES);
  private final Pod pod;
  private final Series series = new Series();

  GrowthPart(Stand stand, int runs) {
    this.stand = stand;
    this.runs = runs;
    pod = new Pod("bench", stand.podNamespace().path(), 8080);
  }

  void run(PrintStream out, Targets targets) {
    System.err.println("growth");
    Caller empty = new Directly(stand.node("empty").meter()::run, network);
    Node fullNode = stand.node("full");
    Caller full = new Directly(fullNode.meter()::run, network);
    Sample restoring = fill(fullNode, full);
    out.println("### On a node that has a lot");
    out.println();
    out.printf(
        Locale.ROOT,
        "%,d pods are there, of which %,d have a host port in both families, in the database and in%n"
            + "the kernel's maps. One ADD had filled the maps from the database: %.0f ms, %.0f ms of CPU.%n",
        ROWS,
        PORTS,
        restoring.wallMillis(),
        restoring.cpuMillis());
    for (int round = -WARM_UP; round < runs; round++) {
      for (Work work : WORKS) {
        measure(round, work, empty, full);
      }
    }
    print(out, targets);
  }

  /** Fills the database, and lets the plugin restore the rules from it; the sample of that ADD. */
  private Sample fill(Node node, Caller caller) {
    caller.add(pod);
    caller.delete(pod);
    node.sql(
        Resources.text(GrowthPart.class, "fill.sql")
            .replace(":rows", String.valueOf(ROWS))
            .replace(":ports", String.valueOf(PORTS))
            .replace(":netns", pod.namespace().toString()));
    node.machine().run("nft", "delete", "table", "inet", "cni-kindnet");
    Sample restoring = caller.add(pod);
    caller.delete(pod);
    if (node.hostPorts("hostport-map-v4") != PORTS || node.hostPorts("hostport-map-v6") != PORTS) {
      throw new AssertionError("the host port maps were not filled from the database");
    }
    return restoring;
  }

  private void measure(int round, Work work, Caller empty, Caller full) {
    Pod asking = pod.with(work);
    Sample emptyAdd = empty.add(asking);
    Sample emptyDelete = empty.delete(asking);
    Sample fullAdd = full.add(asking);
    Sample fullDelete = full.delete(asking);
    if (round >= 0) {
      series.record(add(work, EMPTY), new Run(emptyAdd, emptyAdd));
      series.record(add(work, FULL), new Run(fullAdd, emptyAdd));
      series.record(delete(work, EMPTY), new Run(emptyDelete, emptyDelete));
      series.record(delete(work, FULL), new Run(fullDelete, emptyDelete));
    }
  }

  private void print(PrintStream out, Targets targets) {
    Table table =
        new Table(
            2,
            "operation",
            "node",
            "wall ms",
            "CPU ms",
            "peak MiB",
            "wall × empty",
            "CPU × empty",
            "runs");
    for (Subject subject : series.subjects()) {
      Spread wall = series.spread(subject, Run::wallMillis);
      table.row(
          subject.operation(),
          subject.who(),
          wall.toString(),
          series.spread(subject, Run::cpuMillis).toString(),
          series.spread(subject, Run::peakMib).toString(),
          String.format(Locale.ROOT, "%.2f", timesEmpty(subject)),
          String.format(Locale.ROOT, "%.2f", series.spread(subject, Run::cpuTimesBase).median()),
          String.valueOf(wall.count()));
    }
    table.print(out);
    for (Work work : WORKS) {
      targets.atMost(
          "ADD " + work.label() + " beside " + ROWS + " pods, wall",
          1.2,
          timesEmpty(add(work, FULL)),
          " × empty");
    }
  }

  private double timesEmpty(Subject subject) {
    return series.spread(subject, Run::wallTimesBase).median();
  }

  private static Subject add(Work work, String node) {
    return new Subject("ADD " + work.label(), node, "directly");
  }

  private static Subject delete(Work work, String node) {
    return new Subject("DEL " + work.label(), node, "directly");
  }
}
