package io.kindnet.bench;

import io.kindnet.bench.Series.Run;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Targets;
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

  private final int runs;
  private final NetworkConfiguration network = NetworkConfiguration.kindnet("kindnet-wide", RANGES);
  private final Pod pod;
  private final Series series = new Series();
  private final Node emptyNode;
  private final Node fullNode;

  GrowthPart(BenchFixture fixture, int runs) {
    this.runs = runs;
    emptyNode = fixture.node("empty");
    fullNode = fixture.node("full");
    pod = new Pod("bench", fixture.podNamespace().path(), 8080);
  }

  void run(PrintStream out, Targets targets) {
    System.err.println("growth");
    Sample restoring = fill(fullNode, new Directly(fullNode.meter()::run, network));
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
    measure(Candidate.COLD);
    try (BenchAgent ofEmpty = emptyNode.startAgent();
        BenchAgent ofFull = fullNode.startAgent()) {
      measure(Candidate.WARM);
      ofEmpty.requireHandedOver();
      ofFull.requireHandedOver();
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
    if (node.hostPorts("hostport-any-v4") != PORTS || node.hostPorts("hostport-any-v6") != PORTS) {
      throw new AssertionError("the host port maps were not filled from the database");
    }
    return restoring;
  }

  private void measure(String who) {
    Caller empty = new Directly(emptyNode.meter()::run, network);
    Caller full = new Directly(fullNode.meter()::run, network);
    for (int round = -WARM_UP; round < runs; round++) {
      for (Work work : WORKS) {
        measure(round, who, work, empty, full);
      }
    }
  }

  private void measure(int round, String who, Work work, Caller empty, Caller full) {
    Pod asking = pod.with(work);
    Sample emptyAdd = empty.add(asking);
    Sample emptyDelete = empty.delete(asking);
    Sample fullAdd = full.add(asking);
    Sample fullDelete = full.delete(asking);
    if (round >= 0) {
      series.record(subject("ADD", who, work, EMPTY), new Run(emptyAdd, emptyAdd));
      series.record(subject("ADD", who, work, FULL), new Run(fullAdd, emptyAdd));
      series.record(subject("DEL", who, work, EMPTY), new Run(emptyDelete, emptyDelete));
      series.record(subject("DEL", who, work, FULL), new Run(fullDelete, emptyDelete));
    }
  }

  private void print(PrintStream out, Targets targets) {
    series.table("node", "empty").print(out);
    for (Work work : WORKS) {
      Subject add = subject("ADD", Candidate.COLD, work, FULL);
      targets.atMost(
          "ADD " + work.label() + " beside " + ROWS + " pods, wall",
          1.2,
          series.spread(add, Run::wallTimesBase).median(),
          " × empty");
    }
    for (String verb : List.of("ADD", "DEL")) {
      Subject warm = subject(verb, Candidate.WARM, Work.DUAL_STACK_PORT, FULL);
      targets.atMost(
          verb + " warm, with a host port beside " + PORTS + ", wall",
          1.2,
          series.spread(warm, Run::wallTimesBase).median(),
          " × empty");
    }
  }

  private static Subject subject(String verb, String who, Work work, String node) {
    return new Subject(verb + " " + work.label(), who, node);
  }
}
