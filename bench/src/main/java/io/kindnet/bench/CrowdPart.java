package io.kindnet.bench;

import io.kindnet.bench.Series.Run;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;

/** What a call costs beside many pods that are really there, with interfaces and routes. */
final class CrowdPart {
  private static final int PODS = 200;
  private static final int WARM_UP = 20;
  private static final String EMPTY = "empty";
  private static final String CROWDED = PODS + " pods";

  /** Of the CPU of launcher and agent. */
  private static final double MOST_TIMES = 1.3;

  private final BenchFixture fixture;
  private final int runs;
  private final NetworkConfiguration network = BenchFixture.kindnet(Work.IPV4);
  private final Pod pod;
  private final Node emptyNode;
  private final Node crowdedNode;
  private final Series series = new Series();

  CrowdPart(BenchFixture fixture, int runs) {
    this.fixture = fixture;
    this.runs = runs;
    emptyNode = fixture.node("lonely");
    crowdedNode = fixture.node("crowded");
    pod = new Pod("bench", fixture.podNamespace().path(), 0);
  }

  void run(PrintStream out, Targets targets) {
    System.err.println("growth: beside " + PODS + " pods");
    try (BenchAgent ofEmpty = emptyNode.startAgent();
        BenchAgent ofCrowded = crowdedNode.startAgent()) {
      Caller empty = new Directly(emptyNode.meter()::run, network);
      Caller crowded = new Directly(crowdedNode.meter()::run, network);
      for (int number = 0; number < PODS; number++) {
        crowded.add(new Pod("neighbour" + number, fixture.podNamespace().path(), 0));
        // so that both are as warm
        measure(-1, empty, crowded);
      }
      for (int round = -WARM_UP; round < runs; round++) {
        measure(round, empty, crowded);
      }
      ofEmpty.requireHandedOver();
      ofCrowded.requireHandedOver();
    }
    out.println("### Beside " + PODS + " pods");
    out.println();
    series.table("node", EMPTY).print(out);
    for (String verb : new String[] {"ADD", "DEL"}) {
      targets.atMost(
          verb + " warm, beside " + PODS + " pods, CPU",
          MOST_TIMES,
          series.spread(subject(verb, CROWDED), Run::cpuTimesBase).median(),
          " × empty");
    }
  }

  private void measure(int round, Caller empty, Caller crowded) {
    Sample emptyAdd = empty.add(pod);
    Sample emptyDelete = empty.delete(pod);
    Sample crowdedAdd = crowded.add(pod);
    Sample crowdedDelete = crowded.delete(pod);
    if (round >= 0) {
      series.record(subject("ADD", EMPTY), new Run(emptyAdd, emptyAdd));
      series.record(subject("DEL", EMPTY), new Run(emptyDelete, emptyDelete));
      series.record(subject("ADD", CROWDED), new Run(crowdedAdd, emptyAdd));
      series.record(subject("DEL", CROWDED), new Run(crowdedDelete, emptyDelete));
    }
  }

  private static Subject subject(String verb, String node) {
    return new Subject(verb + " " + Work.IPV4.label(), Candidate.WARM, node);
  }
}
