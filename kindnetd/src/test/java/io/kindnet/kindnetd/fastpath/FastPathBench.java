package io.kindnet.kindnetd.fastpath;

import io.kindnet.kindnetd.Traffic;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the fast path gains: traffic from a pod to one of another node, by the usual path, with
 * kindnet's table on both nodes, and with the same rules made by {@code nft}, in turn. On an
 * emulated machine only ratios mean something.
 */
final class FastPathBench {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int PORT = 7000;
  private static final int ROUNDS = 5;
  private static final int MILLIS = 2000;
  private static final String CLIENT = "10.244.1.5";
  private static final String SERVER = "10.244.2.5";

  /** Has connections tracked, and masquerades what leaves the cluster, as on any node. */
  private static final String USUAL =
      """
      table inet usual {
        chain postrouting {
          type nat hook postrouting priority srcnat;
          ip daddr 10.244.0.0/16 return
          masquerade
        }
      }
      """;

  private enum Way {
    USUAL("the usual path"),
    NFT("nft's flowtable"),
    KINDNET("kindnet's fast path");

    private final String words;

    Way(String words) {
      this.words = words;
    }
  }

  private record Load(String words, String protocol, int size) {}

  private static final List<Load> LOADS =
      List.of(
          new Load("stream, 64 KiB a write", "tcp", 65_536),
          new Load("datagrams, 1400 bytes", "udp", 1400),
          new Load("datagrams, 64 bytes", "udp", 64));

  /**
   * One round.
   *
   * @param gigabits that arrived in a second
   * @param cpuSeconds that all processors worked for each gigabit
   */
  private record Figure(double gigabits, double cpuSeconds) {}

  private final List<FastPathNode> nodes;
  private final List<Namespace> hosts;
  private final Namespace client;
  private final Traffic traffic;

  private FastPathBench(List<Namespace> hosts, Namespace client, Namespace server, Traffic traffic)
      throws IOException {
    this.hosts = hosts;
    this.client = client;
    this.traffic = traffic;
    Namespace first = hosts.get(0);
    Namespace second = hosts.get(1);
    nodes = List.of(new FastPathNode(first), new FastPathNode(second));
    first.connect("eth0", second, "eth0");
    Ip.batch(first, "address add 192.0.2.1/24 dev eth0\nroute add 10.244.2.0/24 via 192.0.2.2\n");
    Ip.batch(second, "address add 192.0.2.2/24 dev eth0\nroute add 10.244.1.0/24 via 192.0.2.1\n");
    nodes.get(0).plug("knet1", client, CLIENT);
    nodes.get(1).plug("knet1", server, SERVER);
    hosts.forEach(host -> Nft.apply(host, USUAL));
    traffic.serve(server, PORT);
  }

  /** Prints a table. */
  public static void main(String[] arguments) throws Exception {
    try (Namespace first = Namespace.create("first");
        Namespace second = Namespace.create("second");
        Namespace client = Namespace.create("client");
        Namespace server = Namespace.create("server");
        Traffic traffic = Traffic.compile()) {
      FastPathBench bench = new FastPathBench(List.of(first, second), client, server, traffic);
      try {
        bench.run();
      } finally {
        bench.nodes.forEach(FastPathNode::close);
      }
    }
  }

  private void run() throws IOException {
    Map<Load, Map<Way, List<Figure>>> all = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      List<Way> ways = new ArrayList<>(List.of(Way.values()));
      Collections.rotate(ways, round);
      for (Way way : ways) {
        try (AutoCloseable _ = prepare(way)) {
          // until a new agent has come to rest
          measure(LOADS.getFirst());
          for (Load load : LOADS) {
            all.computeIfAbsent(load, _ -> new LinkedHashMap<>())
                .computeIfAbsent(way, _ -> new ArrayList<>())
                .add(measure(load));
          }
        } catch (IOException failed) {
          throw failed;
        } catch (Exception failed) {
          throw new AssertionError(failed);
        }
      }
    }
    System.out.println(
        "| pod to pod, two nodes | way | Gbit/s | percent | CPU s a Gbit | percent |");
    System.out.println("| --- | --- | ---: | ---: | ---: | ---: |");
    all.forEach(FastPathBench::print);
    System.out.println("  ok   measured");
  }

  /** Ratios are medians of those of single rounds, since the speed of a machine drifts. */
  private static void print(Load load, Map<Way, List<Figure>> figures) {
    List<Figure> usual = figures.getOrDefault(Way.USUAL, List.of());
    for (Way way : Way.values()) {
      List<Figure> rounds = figures.getOrDefault(way, List.of());
      List<Double> speeds = new ArrayList<>();
      List<Double> costs = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        speeds.add(rounds.get(round).gigabits / usual.get(round).gigabits);
        costs.add(rounds.get(round).cpuSeconds / usual.get(round).cpuSeconds);
      }
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %.4f | %.0f | %.2f | %.0f |%n",
          load.words,
          way.words,
          median(rounds.stream().map(Figure::gigabits).toList()),
          100 * median(speeds),
          median(rounds.stream().map(Figure::cpuSeconds).toList()),
          100 * median(costs));
    }
  }

  private static double median(List<Double> figures) {
    return figures.stream().sorted().toList().get(figures.size() / 2);
  }

  /** Sets both nodes up; the result undoes it. */
  private AutoCloseable prepare(Way way) {
    List<FastPathAgent> agents = new ArrayList<>();
    if (way == Way.KINDNET) {
      for (FastPathNode node : nodes) {
        FastPathAgent agent = node.agent(/* byPolicies= */ false);
        agents.add(agent);
        node.start(agent);
        Eventually.within(
            DEADLINE,
            () -> {
              if (!node.table().contains("flow add")) {
                throw new AssertionError("no fast path: " + node.table());
              }
            });
      }
    } else if (way == Way.NFT) {
      hosts.forEach(host -> Nft.apply(host, Resources.text(FastPathBench.class, "fastpath.nft")));
    }
    return () -> {
      agents.forEach(FastPathAgent::close);
      hosts.forEach(host -> host.tryRun("nft", "delete", "table", "inet", "kindnet-fastpath"));
    };
  }

  private Figure measure(Load load) throws IOException {
    long before = busyTicks();
    long bytes = traffic.run(client, load.protocol, SERVER, PORT, MILLIS, load.size);
    double gigabits = bytes * 8 / 1e9;
    double seconds = (busyTicks() - before) / 100.0;
    return new Figure(gigabits * 1000 / MILLIS, seconds / gigabits);
  }

  /** What all processors have worked, in hundredths of a second ({@code proc(5)}). */
  private static long busyTicks() throws IOException {
    String[] words = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +");
    long all = 0;
    for (int i = 1; i <= 7; i++) {
      boolean idle = i == 4 || i == 5;
      all += idle ? 0 : Long.parseLong(words[i]);
    }
    return all;
  }
}
