package io.kindnet.bench;

import io.kindnet.measuring.Table;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Hits and misses of the caches, in turn. */
final class DnsComparison {
  private static final int ROUNDS = 5;
  private static final int WARM_UP_SECONDS = 3;
  private static final int KNOWN_NAMES = 500;

  /** Of a pod whose work waits for each answer: who is asked sleeps between two queries. */
  private static final int HITS_ONE_BY_ONE_PER_SECOND = 1_000;

  /** Of many pods at once: at the first pace, who is asked sleeps between some. */
  private static final int[] HITS_PER_SECOND = {10_000, 30_000};

  /** As dnsperf asks by itself, when it finds out how many queries are answered. */
  private static final String FLOOD = "%d at a time".formatted(DnsPerf.UNDER_WAY);

  private static final int MISSES = 500;
  private static final int MISSES_PER_SECOND = 1_000;

  private static final double LEAST_HITS = 1.5;
  private static final double MOST_HIT_LATENCY = 0.7;
  private static final double MOST_MISS_LATENCY = 1.1;

  /**
   * Whom the pod asks.
   *
   * @param program the cache; empty where it is the server itself
   */
  private record Way(String name, String address, Optional<PinnedProgram> program) {
    double cpuMillis() {
      return program.map(cache -> cache.process().cpuMillis()).orElse(Double.NaN);
    }
  }

  private final DnsPerf client;
  private final DnsNames names;
  private final Way kindnet;
  private final Way coreDns;
  private final Way direct;
  private final List<Way> ways;

  DnsComparison(DnsNode node, PinnedProgram agent, DnsNames names) {
    this.client = node.client();
    this.names = names;
    kindnet = new Way("kindnetd", DnsNode.CACHED, Optional.of(agent));
    coreDns = new Way("CoreDNS", DnsNode.CORE_DNS, Optional.of(node.coreDns()));
    Way nodeLocalDns =
        new Way("node-local-dns", DnsNode.NODE_LOCAL_DNS, Optional.of(node.nodeLocalDns()));
    direct = new Way("no cache", DnsNode.DIRECT, Optional.empty());
    ways = List.of(kindnet, coreDns, nodeLocalDns, direct);
  }

  void run(PrintStream out, Targets targets) {
    Path known = names.unheard(DnsNames.NEAR, KNOWN_NAMES);
    for (Way way : ways) {
      System.err.println("dns: warm-up of " + way.name);
      client.flood(way.address, known, WARM_UP_SECONDS);
      client.once(way.address, names.unheard(DnsNames.UNKEPT, 4 * MISSES), 4 * MISSES_PER_SECOND);
    }
    hits(known, out, targets);
    misses(out, targets);
  }

  private void hits(Path known, PrintStream out, Targets targets) {
    Figures<Way> rates = new Figures<>();
    Figures<Way> cpu = new Figures<>();
    Figures<Way> flooded = new Figures<>();
    Map<String, Figures<Way>> latencies = new LinkedHashMap<>(Map.of(FLOOD, flooded));
    for (int round = 1; round <= ROUNDS; round++) {
      System.err.println("dns: hits, round " + round + " of " + ROUNDS);
      for (Way way : ways) {
        double before = way.cpuMillis();
        DnsPerf.Run flood = client.flood(way.address, known, 1);
        rates.add(way, flood.perSecond() / 1000);
        cpu.add(way, (way.cpuMillis() - before) * 1000 / flood.sent());
      }
      for (Way way : ways) {
        flooded.add(way, client.timedFlood(way.address, known, 1).medianMicros());
      }
      for (Way way : ways) {
        add(
            latencies,
            "one by one",
            way,
            client.oneByOne(way.address, known, HITS_ONE_BY_ONE_PER_SECOND, 1));
      }
      for (int pace : HITS_PER_SECOND) {
        for (Way way : ways) {
          add(
              latencies,
              "%d a second".formatted(pace),
              way,
              client.paced(way.address, known, pace, 1));
        }
      }
    }
    printHits(rates, cpu, latencies, out);
    targets.atLeast(
        "queries per second, hits", LEAST_HITS, rates.ratio(kindnet, coreDns), " × CoreDNS");
    targets.atMost(
        "median latency of hits, " + FLOOD,
        MOST_HIT_LATENCY,
        flooded.ratio(kindnet, coreDns),
        " × CoreDNS");
  }

  private static void add(
      Map<String, Figures<Way>> latencies, String pace, Way way, DnsPerf.Run run) {
    latencies.computeIfAbsent(pace, first -> new Figures<>()).add(way, run.medianMicros());
  }

  private void printHits(
      Figures<Way> rates, Figures<Way> cpu, Map<String, Figures<Way>> latencies, PrintStream out) {
    out.println();
    out.printf(
        Locale.ROOT,
        "Hits: %d names with A and AAAA. As many queries as are answered, and the CPU time of the%n"
            + "cache for each; the latency with so many under way, and at so many a second, where%n"
            + "both sides sleep between two queries: no cache can be quicker there than the last%n"
            + "row, a program that answers at once. Medians of %d rounds of a second (least–most).%n",
        KNOWN_NAMES,
        ROUNDS);
    List<String> head = new ArrayList<>(List.of("hits", "1000 queries/s", "CPU µs"));
    latencies.keySet().forEach(pace -> head.add("µs, " + pace));
    Table table = new Table(1, head.toArray(String[]::new));
    for (Way way : ways) {
      List<String> row = new ArrayList<>(List.of(way.name, rates.spread(way).toString()));
      row.add(way.program.isEmpty() ? "" : cpu.spread(way).toString());
      latencies.values().forEach(latency -> row.add(latency.spread(way).toString()));
      table.row(row.toArray(String[]::new));
    }
    table.print(out);
  }

  private void misses(PrintStream out, Targets targets) {
    Figures<Way> near = new Figures<>();
    Figures<Way> far = new Figures<>();
    Figures<Way> cpu = new Figures<>();
    for (int round = 1; round <= ROUNDS; round++) {
      System.err.println("dns: misses, round " + round + " of " + ROUNDS);
      for (Way way : ways) {
        double before = way.cpuMillis();
        near.add(way, missMicros(way, DnsNames.NEAR));
        cpu.add(way, (way.cpuMillis() - before) * 1000 / (2 * MISSES));
        far.add(way, missMicros(way, DnsNames.FAR));
      }
    }
    out.printf(
        Locale.ROOT,
        "Misses: the latency at %d queries a second, each for another name, of a server that"
            + " answers%nat once, and of one that takes a millisecond, as it does on another"
            + " machine.%n",
        MISSES_PER_SECOND);
    Table table =
        new Table(1, "misses", "CPU µs", "latency µs", "× no cache", "1 ms away", "× no cache");
    for (Way way : ways) {
      table.row(
          way.name,
          way.program.isEmpty() ? "" : cpu.spread(way).toString(),
          near.spread(way).toString(),
          Table.hundredths(near.ratio(way, direct)),
          far.spread(way).toString(),
          Table.hundredths(far.ratio(way, direct)));
    }
    table.print(out);
    targets.atMost(
        "median latency of misses, server 1 ms away",
        MOST_MISS_LATENCY,
        far.ratio(kindnet, direct),
        " × no cache");
  }

  private double missMicros(Way way, String zone) {
    return client.once(way.address, names.unheard(zone, MISSES), MISSES_PER_SECOND).medianMicros();
  }
}
