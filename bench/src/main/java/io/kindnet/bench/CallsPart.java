package io.kindnet.bench;

import static io.kindnet.bench.Candidate.COLD;
import static io.kindnet.bench.Candidate.PEERS;
import static io.kindnet.bench.Candidate.WARM;
import static io.kindnet.bench.Work.DUAL_STACK;
import static io.kindnet.bench.Work.DUAL_STACK_PORT;
import static io.kindnet.bench.Work.IPV4_PORT;

import io.kindnet.bench.Series.Run;
import io.kindnet.measuring.Job;
import io.kindnet.measuring.Meter;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Each operation alone, again and again, all candidates in turn. */
final class CallsPart {
  /** Runs that are not counted: what is read for the first time comes from the disk. */
  private static final int WARM_UP = 2;

  /** Runs of what waits seconds for duplicate address detection. */
  private static final int SLOW_RUNS = 5;

  private final BenchFixture fixture;
  private final int runs;
  private final Pod pod;
  private final Series series = new Series();
  private Sample floor;

  CallsPart(BenchFixture fixture, int runs) {
    this.fixture = fixture;
    this.runs = runs;
    floor = fixture.floor().sample();
    pod = new Pod("bench", fixture.podNamespace().path(), 8080);
  }

  void run(PrintStream out, Targets targets) {
    for (int round = -WARM_UP; round < runs; round++) {
      System.err.print("\rcalls: round " + (round + 1) + " of " + runs + "  ");
      commands(round);
      for (Work work : Work.values()) {
        calls(round, work);
      }
    }
    System.err.println();
    fixture.agent().requireHandedOver();
    print(out);
    judge(targets);
    new WarmTargets(series).judge(targets);
  }

  private void commands(int round) {
    Meter meter = fixture.coldNode().meter();
    record(
        round, new Subject("nothing", "/bin/true", Directly.WAY), meter.run(Job.of("/bin/true")));
    floor(round);
    Job version = Directly.version("cni-kindnet");
    record(round, new Subject("VERSION", COLD, Directly.WAY), meter.run(version));
    record(
        round, new Subject("VERSION", WARM, Directly.WAY), fixture.warmNode().meter().run(version));
    record(round, new Subject("VERSION", PEERS, Directly.WAY), meter.run(Directly.version("ptp")));
  }

  private void calls(int round, Work work) {
    floor(round);
    for (Candidate candidate : fixture.candidates(work)) {
      if (candidate.isKindnet() || !work.dualStack() || isSlowRound(round)) {
        Caller caller = candidate.caller();
        record(round, subject("ADD", work, candidate), caller.add(pod.with(work)));
        record(round, subject("DEL", work, candidate), caller.delete(pod.with(work)));
      }
    }
  }

  private static boolean isSlowRound(int round) {
    return round >= -1 && round < SLOW_RUNS;
  }

  private void floor(int round) {
    floor = fixture.floor().sample();
    record(round, new Subject("nothing", "hello world", Directly.WAY), floor);
  }

  private void record(int round, Subject subject, Sample sample) {
    sample.orFail(subject.toString());
    if (round >= 0) {
      series.record(subject, new Run(sample, floor));
    }
  }

  private static Subject subject(String verb, Work work, Candidate candidate) {
    return new Subject(verb + " " + work.label(), candidate.who(), candidate.caller().way());
  }

  private void print(PrintStream out) {
    out.println("### Each call alone");
    out.println();
    out.println(
        "Median (least–most). × floor: the median of the ratios to the hello world just before.");
    out.println(
        "The peers are ptp with host-local and then portmap, which for IPv6 wait for the kernel.");
    out.println(
        "CPU of kindnet, warm is with what the agent does for a call; its memory is not in");
    out.println("the peak. A peak below that of /bin/true cannot be seen.");
    series.table("called", "floor").print(out);
  }

  private void judge(Targets targets) {
    judgeByFloor(targets, mine("ADD", DUAL_STACK), 3.5, "wall", Run::wallTimesBase);
    judgeByFloor(targets, mine("ADD", DUAL_STACK_PORT), 4, "wall", Run::wallTimesBase);
    // its process waits for the kernel to free the interface, however little work it has itself
    judgeByFloor(targets, mine("DEL", DUAL_STACK), 3.5, "CPU", Run::cpuTimesBase);
    judgeByFloor(targets, mine("DEL", DUAL_STACK_PORT), 4, "CPU", Run::cpuTimesBase);
    for (String verb : List.of("ADD", "DEL")) {
      for (Work work : List.of(DUAL_STACK, DUAL_STACK_PORT)) {
        Spread peak = series.spread(mine(verb, work), Run::peakMib);
        targets.atMost(what(verb, work) + ", peak memory (most)", 48, peak.most(), " MiB");
      }
    }
    targets.faster(
        what("ADD", DUAL_STACK) + " by cnitool, against the peers",
        wall("ADD", DUAL_STACK, COLD),
        wall("ADD", DUAL_STACK, PEERS));
    for (Work work : List.of(IPV4_PORT, DUAL_STACK_PORT)) {
      targets.faster(
          what("ADD + DEL", work) + " by cnitool, against the peers",
          wall("ADD", work, COLD) + wall("DEL", work, COLD),
          wall("ADD", work, PEERS) + wall("DEL", work, PEERS));
    }
  }

  private void judgeByFloor(
      Targets targets, Subject subject, double most, String of, ToDoubleFunction<Run> timesFloor) {
    targets.atMost(
        subject.operation() + ", " + of,
        most,
        series.spread(subject, timesFloor).median(),
        " × floor");
  }

  private static String what(String verb, Work work) {
    return verb + " " + work.label();
  }

  /** The plugin without an agent. */
  private static Subject mine(String verb, Work work) {
    return new Subject(what(verb, work), COLD, Directly.WAY);
  }

  private double wall(String verb, Work work, String who) {
    return series
        .spread(new Subject(what(verb, work), who, ThroughClient.WAY), Run::wallMillis)
        .median();
  }
}
