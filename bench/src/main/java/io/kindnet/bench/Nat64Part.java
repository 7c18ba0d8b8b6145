package io.kindnet.bench;

import io.kindnet.bench.Nat64Node.Way;
import io.kindnet.measuring.Table;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a pod with IPv6 only reaches of IPv4 by NAT64, beside what it reaches of IPv6 and what
 * another NAT64 lets through.
 */
final class Nat64Part {
  private static final int WARM_UP = 2;

  private static final double LEAST_STREAM_PERCENT = 80;
  private static final double LEAST_DATAGRAMS_PERCENT = 70;
  private static final double LEAST_CONNECTIONS_PERCENT = 80;
  private static final double LEAST_TIMES_TAYGA = 3;
  private static final double MOST_AGENT_MILLIS = 2;

  /** What is measured. */
  private enum Load {
    STREAM("stream, Gbit/s", "stream", 300, 8 / 1e9),
    FETCH("stream to the pod, Gbit/s", "fetch", 300, 8 / 1e9),
    DATAGRAMS("1000 datagrams/s", "datagrams", 300, 1e-3),
    CONNECTIONS("1000 connections/s", "requests", 1000, 1e-3),
    HANDSHAKES("1000 handshakes/s", "rate", 1000, 1e-3);

    private final String words;
    private final String what;
    private final int number;
    private final double factor;

    /**
     * @param what what {@link Connections#measure} measures
     * @param number how many, or for how many milliseconds
     * @param factor makes the unit of {@code words} of that of the program
     */
    Load(String words, String what, int number, double factor) {
      this.words = words;
      this.what = what;
      this.number = number;
      this.factor = factor;
    }
  }

  private final BenchFixture fixture;
  private final Path scratch;
  private final int runs;
  private final Map<Load, Figures<Way>> figures = new EnumMap<>(Load.class);
  private final Figures<Way> agent = new Figures<>();

  /**
   * @param scratch a directory for a program
   * @param runs how often each figure is measured
   */
  Nat64Part(BenchFixture fixture, Path scratch, int runs) {
    this.fixture = fixture;
    this.scratch = scratch;
    this.runs = runs;
  }

  void run(PrintStream out, Targets targets) {
    System.err.println("nat64: a node, a pod and a server");
    try (Nat64Node node = new Nat64Node(fixture, Connections.build(scratch))) {
      for (Load load : Load.values()) {
        for (int round = -WARM_UP; round < runs; round++) {
          System.err.println("nat64: " + load.words + ", round " + round + " of " + runs);
          measure(node, load, round);
        }
      }
    }
    print(out);
    judge(targets);
  }

  private void measure(Nat64Node node, Load load, int round) {
    List<Way> ways = new ArrayList<>(List.of(Way.values()));
    if (round % 2 != 0) {
      Collections.reverse(ways);
    }
    for (Way way : ways) {
      double before = node.agentProcess().threadMillis();
      long begin = System.nanoTime();
      double figure = node.measure(way, load.what, load.number) * load.factor;
      if (round >= 0) {
        figures(load).add(way, figure);
        // of connections the agent hears, and counts them, translated or not
        if (!EnumSet.of(Load.CONNECTIONS, Load.HANDSHAKES).contains(load)) {
          double millis = node.agentProcess().threadMillis() - before;
          if (millis >= 0) { // a thread that has ended meanwhile takes its time with it
            agent.add(way, millis / ((System.nanoTime() - begin) / 1e9));
          }
        }
      }
    }
  }

  private Figures<Way> figures(Load load) {
    return figures.computeIfAbsent(load, first -> new Figures<>());
  }

  private void print(PrintStream out) {
    out.println("### NAT64");
    out.println();
    out.printf(
        Locale.ROOT,
        "A pod with IPv6 only and a server beside its node, in turn: on the server's IPv6%n"
            + "address, on one that the agent masquerades, on the IPv4 address by the agent's NAT64,%n"
            + "and by TAYGA. The client has one CPU, the server the other one. Datagrams of 64 bytes%n"
            + "count where they arrive. Connections are made one after the other, with a byte each way%n"
            + "until the server closes, or reset at once. Medians of %d rounds (least–most).%n",
        runs);
    List<String> head = new ArrayList<>(List.of("way"));
    for (Load load : Load.values()) {
      head.add(load.words);
      head.add("%");
    }
    Table table = new Table(1, head.toArray(String[]::new));
    for (Way way : Way.values()) {
      List<String> row = new ArrayList<>(List.of(way.toString()));
      for (Load load : Load.values()) {
        row.add(figures(load).spread(way).toString());
        row.add(String.format(Locale.ROOT, "%.0f", percent(load, way, Way.FORWARDED)));
      }
      table.row(row.toArray(String[]::new));
    }
    table.print(out);
    out.printf(
        Locale.ROOT,
        "CPU of the agent in a second of streams and datagrams, in ms: %s by its NAT64, %s without.%n%n",
        agent.spread(Way.KINDNET),
        agent.spread(Way.FORWARDED));
  }

  private double percent(Load load, Way way, Way other) {
    return figures(load).ratio(way, other) * 100;
  }

  private void judge(Targets targets) {
    for (Load stream : List.of(Load.STREAM, Load.FETCH)) {
      String direction = stream == Load.STREAM ? "to the server" : "to the pod";
      targets.atLeast(
          "NAT64: a stream " + direction,
          LEAST_STREAM_PERCENT,
          percent(stream, Way.KINDNET, Way.FORWARDED),
          " % of IPv6");
      targets.atLeast(
          "NAT64: a stream " + direction,
          LEAST_TIMES_TAYGA,
          figures(stream).ratio(Way.KINDNET, Way.TAYGA),
          " × TAYGA");
    }
    targets.atLeast(
        "NAT64: datagrams of 64 bytes",
        LEAST_DATAGRAMS_PERCENT,
        percent(Load.DATAGRAMS, Way.KINDNET, Way.FORWARDED),
        " % of IPv6");
    targets.atLeast(
        "NAT64: connections",
        LEAST_CONNECTIONS_PERCENT,
        percent(Load.CONNECTIONS, Way.KINDNET, Way.MASQUERADED),
        " % of masqueraded IPv6");
    targets.atMost(
        "CPU of the agent for NAT64, in a second of traffic",
        MOST_AGENT_MILLIS,
        agent.spread(Way.KINDNET).median() - agent.spread(Way.FORWARDED).median(),
        " ms");
  }
}
