package io.kindnet.bench;

import io.kindnet.bench.AgentStarts.Figures;
import io.kindnet.bench.Series.Run;
import io.kindnet.measuring.Burst;
import io.kindnet.measuring.Job;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** This build beside an earlier one, in turn: what counts are the ratios. */
final class EarlierPart {
  private static final String NOW = "this build";
  private static final String EARLIER = "the earlier one";
  private static final String COLD = "cold";
  private static final String WARM = "warm";

  private static final List<Work> WORKS = List.of(Work.DUAL_STACK, Work.DUAL_STACK_PORT);
  private static final List<String> VERBS = List.of("ADD", "DEL");
  private static final int WARM_UP = 20;
  private static final int PODS = 100;
  private static final int BURSTS = 5;

  /** All agents that a node without much may have on at the same time. */
  private static final List<String> ALL_AGENTS =
      List.of("--dns-caching", "--network-policy-log=text", "--nflog-level=9");

  private static final double MOST_WARM_CPU = 0.75;
  private static final double MOST_COLD_CPU = 0.85;
  private static final double LEAST_BURST = 1.3;
  private static final double MOST_RESIDENT = 0.7;
  private static final double MOST_ANONYMOUS = 0.6;
  private static final double MOST_CONFIGURED = 0.6;
  private static final double MOST_START_CPU = 0.7;

  private final int runs;
  private final Node now;
  private final Node earlier;
  private final Map<String, Path> agents = new LinkedHashMap<>();
  private final List<Pod> pods = new ArrayList<>();
  private final Series series = new Series();

  /**
   * @param dist of the earlier build
   */
  EarlierPart(BenchFixture fixture, Path dist, int runs) {
    this.runs = runs;
    now = fixture.node("now");
    earlier = fixture.node("earlier", dist);
    agents.put(NOW, fixture.agentProgram());
    agents.put(EARLIER, dist.resolve("kindnetd"));
    for (int number = 0; number < PODS; number++) {
      pods.add(new Pod("both-" + number, fixture.podNamespace().path(), 20_000 + number));
    }
  }

  void run(PrintStream out, Targets targets) {
    out.println("### Beside an earlier build");
    out.println();
    out.println("Calls in turn, with the CPU of the agent; ratios are to the call just before.");
    calls(COLD, 2);
    try (BenchAgent ofNow = now.startAgent();
        BenchAgent ofEarlier = earlier.startAgent()) {
      calls(WARM, WARM_UP);
      series.table("called", EARLIER).print(out);
      judgeCalls(targets);
      bursts(out, targets);
      ofNow.requireHandedOver();
      ofEarlier.requireHandedOver();
    }
    judgeAgents(new AgentStarts(now, agents, ALL_AGENTS).run(out), targets);
  }

  private void calls(String way, int warmUp) {
    Caller mine = caller(now);
    Caller theirs = caller(earlier);
    for (int round = -warmUp; round < runs; round++) {
      System.err.print("\rearlier build: " + way + ", round " + round + "  ");
      for (Work work : WORKS) {
        Pod pod = pods.getFirst().with(work);
        Sample add = theirs.add(pod);
        Sample delete = theirs.delete(pod);
        Sample myAdd = mine.add(pod);
        Sample myDelete = mine.delete(pod);
        if (round >= 0) {
          record("ADD", work, way, add, myAdd);
          record("DEL", work, way, delete, myDelete);
        }
      }
    }
    System.err.println();
  }

  private static Caller caller(Node node) {
    return new Directly(node.meter()::run, BenchFixture.kindnet(Work.DUAL_STACK_PORT));
  }

  private void record(String verb, Work work, String way, Sample base, Sample sample) {
    series.record(new Subject(operation(verb, work), EARLIER, way), new Run(base, base));
    series.record(new Subject(operation(verb, work), NOW, way), new Run(sample, base));
  }

  private static String operation(String verb, Work work) {
    return verb + " " + work.label();
  }

  private void judgeCalls(Targets targets) {
    for (Work work : WORKS) {
      for (String verb : VERBS) {
        judgeCpu(targets, verb, work, WARM, MOST_WARM_CPU);
        judgeCpu(targets, verb, work, COLD, MOST_COLD_CPU);
      }
    }
  }

  private void judgeCpu(Targets targets, String verb, Work work, String way, double most) {
    Subject subject = new Subject(operation(verb, work), NOW, way);
    double ratio = series.spread(subject, Run::cpuTimesBase).median();
    targets.atMost(operation(verb, work) + ", " + way + ", CPU", most, ratio, " × earlier");
  }

  private void bursts(PrintStream out, Targets targets) {
    Table table = new Table(1, "100 at once", "ADD per s", "DEL per s");
    List<double[]> mine = new ArrayList<>();
    List<double[]> theirs = new ArrayList<>();
    for (int round = -1; round < BURSTS; round++) {
      System.err.println("earlier build: burst " + round);
      double[] before = burst(earlier);
      double[] after = burst(now);
      if (round >= 0) {
        theirs.add(before);
        mine.add(after);
      }
    }
    row(table, EARLIER, theirs);
    row(table, NOW, mine);
    table.print(out);
    for (int verb = 0; verb < VERBS.size(); verb++) {
      int index = verb;
      double ratio =
          Spread.of(mine, rates -> rates[index]).median()
              / Spread.of(theirs, rates -> rates[index]).median();
      targets.atLeast("100 " + VERBS.get(verb) + "s at once", LEAST_BURST, ratio, " × earlier");
    }
  }

  /** How many ADDs and DELs a second. */
  private double[] burst(Node node) {
    Directly caller = new Directly(node.meter()::run, BenchFixture.kindnet(Work.DUAL_STACK_PORT));
    return VERBS.stream()
        .mapToDouble(verb -> {
          List<Job> jobs = pods.stream().map(pod -> caller.job(verb, pod)).toList();
          Burst burst = node.meter().run(jobs, PODS);
          burst.samples().forEach(sample -> sample.orFail(verb));
          return burst.perSecond();
        })
        .toArray();
  }

  private static void row(Table table, String name, List<double[]> rates) {
    table.row(
        name,
        Spread.of(rates, rate -> rate[0]).toString(),
        Spread.of(rates, rate -> rate[1]).toString());
  }

  private static void judgeAgents(Map<String, Figures> figures, Targets targets) {
    Figures mine = Objects.requireNonNull(figures.get(NOW));
    Figures theirs = Objects.requireNonNull(figures.get(EARLIER));
    judge(targets, "resident", MOST_RESIDENT, mine.residentMib(), theirs.residentMib());
    judge(targets, "anonymous", MOST_ANONYMOUS, mine.anonymousMib(), theirs.anonymousMib());
    judge(
        targets,
        "time until the configuration",
        MOST_CONFIGURED,
        mine.configuredMillis(),
        theirs.configuredMillis());
    judge(targets, "CPU until ready", MOST_START_CPU, mine.cpuMillis(), theirs.cpuMillis());
  }

  private static void judge(Targets targets, String what, double most, double mine, double theirs) {
    targets.atMost(
        String.format(Locale.ROOT, "agent, all on, %d nodes: %s", AgentStarts.NODES, what),
        most,
        mine / theirs,
        " × earlier");
  }
}
