package io.kindnet.bench;

import io.kindnet.measuring.Burst;
import io.kindnet.measuring.Job;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import io.kindnet.measuring.Targets;
import io.kindnet.netlink.testing.Machine;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The agent that answers calls: how its first ones are, and what it keeps of many. */
final class AgentPart {
  private static final int STARTS = 3;
  private static final int LATER = 30;
  private static final int PODS = 100;
  private static final int AT_ONCE = 4;

  /** After how many more calls the memory is looked at. */
  private static final List<Integer> STAGES = List.of(1_000, 5_000, 10_000);

  private static final double MOST_GROWTH_MIB = 5;
  private static final double MOST_MIB = 90;
  private static final String CACHED = "with its cache of classes";

  private final Node node;
  private final Directly caller;
  private final Path program;
  private final List<Pod> pods = new ArrayList<>();
  private double worstFirst;

  AgentPart(BenchFixture fixture) {
    node = fixture.node("agent");
    program = fixture.agentProgram();
    caller = new Directly(node.meter()::run, BenchFixture.kindnet(Work.DUAL_STACK_PORT));
    for (int i = 0; i < PODS; i++) {
      pods.add(new Pod("agent-" + i, fixture.podNamespace().path(), 20_000 + i));
    }
  }

  void run(PrintStream out, Targets targets) {
    Table starts = startsTable();
    Table memory = new Table(0, "calls", "resident MiB", "of that anonymous", "calls per s");
    for (int start = 1; start <= STARTS; start++) {
      System.err.println("agent: start " + start);
      try (BenchAgent agent = node.startAgent()) {
        starts.row(starts(String.valueOf(start), agent));
        if (start == STARTS) {
          watchMemory(agent, memory, targets);
        }
        agent.requireHandedOver();
      }
    }
    targets.atMost("first call after the agent's start (worst)", 5, worstFirst, " × later");
    out.println("### The agent");
    out.println();
    out.println(
        "Calls are dual-stack with a host port. First, each time on an agent just started,");
    out.printf(
        Locale.ROOT, "against the median of the %d that come after it, one at a time.%n", LATER);
    starts.print(out);
    out.printf(
        Locale.ROOT,
        "Memory of the last of them, while %d pods come and go, %d calls at a time, and how quick%n"
            + "those calls are:%n",
        PODS,
        AT_ONCE);
    memory.print(out);
    startInCluster(out, targets);
  }

  private void startInCluster(PrintStream out, Targets targets) {
    Path uncached = program.resolveSibling("kindnetd-without-cache");
    Machine machine = node.machine();
    try {
      // the files are the same ones, so that they are in the kernel's memory for both or for none
      machine.run("rm", "-rf", uncached.toString());
      machine.run("cp", "-al", program.toString(), uncached.toString());
      machine.run("rm", uncached.resolve("lib/kindnetd/kindnetd.aot").toString());
      Map<String, Path> programs = new LinkedHashMap<>();
      programs.put(CACHED, program);
      programs.put("without", uncached);
      AgentStarts.Figures cached =
          Objects.requireNonNull(new AgentStarts(node, programs, List.of()).run(out).get(CACHED));
      targets.atMost(
          "memory of the agent with " + AgentStarts.NODES + " nodes",
          MOST_MIB,
          cached.residentMib(),
          " MiB");
    } finally {
      machine.run("rm", "-rf", uncached.toString());
    }
  }

  private static Table startsTable() {
    return new Table(
        1,
        "start",
        "serves after ms",
        "first ADD ms",
        "later ADD ms",
        "×",
        "first DEL ms",
        "later DEL ms",
        "×");
  }

  private String[] starts(String start, BenchAgent agent) {
    List<Sample> adds = new ArrayList<>();
    List<Sample> deletes = new ArrayList<>();
    for (int i = 0; i <= LATER; i++) {
      adds.add(caller.add(pods.getFirst()));
      deletes.add(caller.delete(pods.getFirst()));
    }
    List<String> row = new ArrayList<>(List.of(start, number("%.0f", agent.readyMillis())));
    for (List<Sample> calls : List.of(adds, deletes)) {
      double first = calls.getFirst().wallMillis();
      Spread later = Spread.of(calls.subList(1, calls.size()), Sample::wallMillis);
      double times = first / later.median();
      worstFirst = Math.max(worstFirst, times);
      row.addAll(List.of(number("%.1f", first), later.toString(), Table.hundredths(times)));
    }
    return row.toArray(String[]::new);
  }

  /** From when its first calls have been made: until then it still starts. */
  private void watchMemory(BenchAgent agent, Table table, Targets targets) {
    int before = 2 * (LATER + 1);
    double memoryBefore = agent.process().mebibytes("VmRSS");
    row(table, agent, before, "–");
    int calls = 0;
    for (int stage : STAGES) {
      System.err.println("agent: up to " + stage + " calls");
      int begun = calls;
      long nanos = 0;
      while (calls < stage) {
        nanos += all("ADD") + all("DEL");
        calls += 2 * PODS;
      }
      row(table, agent, before + calls, number("%.0f", (calls - begun) / (nanos / 1e9)));
    }
    targets.atMost(
        "memory of the agent after " + calls + " calls, more",
        MOST_GROWTH_MIB,
        agent.process().mebibytes("VmRSS") - memoryBefore,
        " MiB");
  }

  private static void row(Table table, BenchAgent agent, int calls, String speed) {
    table.row(
        String.valueOf(calls),
        number("%.1f", agent.process().mebibytes("VmRSS")),
        number("%.1f", agent.process().mebibytes("RssAnon")),
        speed);
  }

  /** Calls for all pods; how long that took, in nanoseconds. */
  private long all(String verb) {
    List<Job> jobs = pods.stream().map(pod -> caller.job(verb, pod)).toList();
    Burst burst = node.meter().run(jobs, AT_ONCE);
    burst.samples().forEach(sample -> sample.orFail(verb + " by the agent"));
    return burst.wallNanos();
  }

  private static String number(String form, double number) {
    return String.format(Locale.ROOT, form, number);
  }
}
