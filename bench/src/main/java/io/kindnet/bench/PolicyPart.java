package io.kindnet.bench;

import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import io.kindnet.measuring.Targets;
import io.kindnet.netlink.testing.Namespace;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What network policies cost, beside a node whose agent enforces none. */
final class PolicyPart {
  private static final int ROUNDS = 30;
  private static final int CONNECTIONS = 500;
  private static final int STREAM_ROUNDS = 45;
  private static final int STREAM_MILLIS = 400;
  private static final int WARM_UP = 3;

  /** As in {@link EarlierPart}: those of an agent that has only begun cost more. */
  private static final int WARM_UP_ADDS = 20;

  private static final PolicyRules MANY = new PolicyRules(200, false);

  /** How much longer a connection may take with so many rules, in percent of without. */
  private static final Map<PolicyRules, Double> MOST_PERCENT =
      Map.of(new PolicyRules(1, false), 125.0, new PolicyRules(20, false), 130.0, MANY, 150.0);

  private static final List<PolicyRules> RULES =
      List.of(
          new PolicyRules(1, false),
          new PolicyRules(20, false),
          MANY,
          new PolicyRules(20, true),
          new PolicyRules(200, true));

  private static final double LEAST_THROUGHPUT_PERCENT = 97;
  private static final double MOST_ADD_MILLIS = 2;
  private static final double MOST_AGENT_MICROS = 0.5;

  /**
   * One figure of both nodes, measured one after the other.
   *
   * @param plain without policies
   * @param enforced with policies
   */
  private record Pair(double plain, double enforced) {
    double percent() {
      return enforced / plain * 100;
    }

    double more() {
      return enforced - plain;
    }
  }

  private final BenchFixture fixture;
  private final Path scratch;
  private final int runs;

  /**
   * @param scratch a directory for a program
   * @param runs how often an ADD is measured
   */
  PolicyPart(BenchFixture fixture, Path scratch, int runs) {
    this.fixture = fixture;
    this.scratch = scratch;
    this.runs = runs;
  }

  void run(PrintStream out, Targets targets) {
    System.err.println("policy: two nodes, with and without policies");
    Connections connections = Connections.build(scratch);
    try (PolicyNode plain = new PolicyNode(fixture, connections, false, MANY.count());
        PolicyNode enforced = new PolicyNode(fixture, connections, true, MANY.count())) {
      for (PolicyRules rules : RULES) {
        for (PolicyNode node : List.of(plain, enforced)) {
          node.addServer(rules);
          node.awaitServed(rules);
        }
        enforced.awaitEnforced(rules);
      }
      out.println("### Network policies");
      out.println();
      out.println(
          "Between two pods of a node. Each figure is of two nodes in turn: on one the agent");
      out.println(
          "enforces policies, on the other it runs with --network-policy=false. The pod that is");
      out.println(
          "asked has a policy with so many rules for pods, of which the last one is of who asks.");
      connect(plain, enforced, out, targets);
      stream(plain, enforced, out, targets);
      add(plain, enforced, out, targets);
    }
  }

  private void connect(PolicyNode plain, PolicyNode enforced, PrintStream out, Targets targets) {
    Map<PolicyRules, List<Pair>> pairs = new LinkedHashMap<>();
    Pair before = agentCpu(plain, enforced);
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      System.err.println("policy: connections, round " + round + " of " + ROUNDS);
      before = round == 0 ? agentCpu(plain, enforced) : before;
      for (PolicyRules rules : RULES) {
        Pair pair = connect(plain, enforced, rules, round % 2 == 0);
        if (round >= 0) {
          pairs.computeIfAbsent(rules, first -> new ArrayList<>()).add(pair);
        }
      }
    }
    double cpu = agentCpu(plain, enforced).more() - before.more();
    Table table = new Table(1, "rules", "connect µs", "without µs", "% of without");
    pairs.forEach((rules, all) -> {
      double percent = Spread.of(all, Pair::percent).median();
      table.row(
          rules.toString(),
          Spread.of(all, Pair::enforced).toString(),
          Spread.of(all, Pair::plain).toString(),
          tenths(percent));
      Double most = MOST_PERCENT.get(rules);
      if (most != null) {
        targets.atMost("TCP connect to a pod, " + rules, most, percent, " % of without");
      }
    });
    out.println();
    out.printf(
        Locale.ROOT,
        "TCP connections: median of %d rounds (least–most), each of which is the median of %d.%n",
        ROUNDS,
        CONNECTIONS);
    table.print(out);
    int count = ROUNDS * RULES.size() * CONNECTIONS;
    double micros = cpu * 1000 / count;
    out.printf(
        Locale.ROOT,
        "CPU of the agent meanwhile: %.0f ms more than without, for %d connections.%n%n",
        cpu,
        count);
    targets.atMost("CPU of the agent for each connection, more", MOST_AGENT_MICROS, micros, " µs");
  }

  private static Pair agentCpu(PolicyNode plain, PolicyNode enforced) {
    return new Pair(plain.agentProcess().cpuMillis(), enforced.agentProcess().cpuMillis());
  }

  private static Pair connect(
      PolicyNode plain, PolicyNode enforced, PolicyRules rules, boolean plainFirst) {
    double without = plainFirst ? plain.connectMicros(rules, CONNECTIONS) : 0;
    double with = enforced.connectMicros(rules, CONNECTIONS);
    return new Pair(plainFirst ? without : plain.connectMicros(rules, CONNECTIONS), with);
  }

  private static void stream(
      PolicyNode plain, PolicyNode enforced, PrintStream out, Targets targets) {
    List<Pair> pairs = new ArrayList<>();
    for (int round = -1; round < STREAM_ROUNDS; round++) {
      System.err.println("policy: streams, round " + round + " of " + STREAM_ROUNDS);
      boolean plainFirst = round % 2 == 0;
      double without = plainFirst ? plain.throughput(MANY, STREAM_MILLIS) : 0;
      double with = enforced.throughput(MANY, STREAM_MILLIS);
      without = plainFirst ? without : plain.throughput(MANY, STREAM_MILLIS);
      if (round >= 0) {
        pairs.add(new Pair(without * 8 / 1e9, with * 8 / 1e9));
      }
    }
    double percent = Spread.of(pairs, Pair::percent).median();
    Table table = new Table(1, "one stream", "Gbit/s", "without", "% of without");
    table.row(
        MANY.toString(),
        Spread.of(pairs, Pair::enforced).toString(),
        Spread.of(pairs, Pair::plain).toString(),
        tenths(percent));
    table.print(out);
    targets.atLeast(
        "throughput of a stream, " + MANY, LEAST_THROUGHPUT_PERCENT, percent, " % of without");
  }

  private void add(PolicyNode plain, PolicyNode enforced, PrintStream out, Targets targets) {
    PolicyRules rules = RULES.get(1);
    Namespace namespace = fixture.podNamespace();
    Pod pod = PolicyNode.added(namespace);
    plain.expectPod(rules);
    enforced.expectPod(rules);
    List<Pair> pairs = new ArrayList<>();
    for (int round = -WARM_UP_ADDS; round < runs; round++) {
      System.err.println("policy: ADD, round " + round + " of " + runs);
      Sample without = plain.addAndDelete(pod);
      Sample with = enforced.addAndDelete(pod);
      if (round >= 0) {
        pairs.add(new Pair(without.wallMillis(), with.wallMillis()));
      }
    }
    double more = Spread.of(pairs, Pair::more).median();
    Table table = new Table(1, "ADD, warm", "wall ms", "without", "more");
    table.row(
        rules.toString(),
        Spread.of(pairs, Pair::enforced).toString(),
        Spread.of(pairs, Pair::plain).toString(),
        Table.hundredths(more));
    table.print(out);
    targets.atMost("ADD with policies in force, more", MOST_ADD_MILLIS, more, " ms");
  }

  private static String tenths(double figure) {
    return String.format(Locale.ROOT, "%.1f", figure);
  }
}
