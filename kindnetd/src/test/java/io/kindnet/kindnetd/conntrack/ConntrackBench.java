package io.kindnet.kindnetd.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.Traffic;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.FlowFilter;
import io.kindnet.netlink.conntrack.FlowReports;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What it costs a node's connections that somebody hears of them: TCP connections over loopback
 * without a listener, with the agent, with one that has just lost notifications, and with a socket
 * that nobody reads, whose buffer is full. And how much CPU the agent takes to hear of one.
 */
final class ConntrackBench {
  private static final int ROUNDS = 20;
  private static final int WARM_UP = 3;
  private static final int CONNECTIONS = 4000;
  private static final int PORT = 7000;

  /** Their ends are told all at once, and fit the agent's buffer. */
  private static final int TOLD = 8000;

  /** How many connections a second the agent is to take with at most 20 % of a processor. */
  private static final int RATE = 20_000;

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String ALL_ENDED =
      "kindnet_conntrack_events_counter{type=\"destroy\"} " + (double) TOLD;
  private static final int TCP = 6;

  /** Of a buffer: the kernel takes the smallest that there is. */
  private static final int SMALLEST = 1;

  private enum Listener {
    NONE("nobody"),
    AGENT("the agent"),
    OVERLOADED("the agent, after some were lost"),
    FULL("a full socket that is not read");

    private final String words;

    Listener(String words) {
      this.words = words;
    }
  }

  private ConntrackBench() {}

  /** Prints a table. */
  public static void main(String[] arguments) throws Exception {
    Map<Listener, List<Double>> micros = new LinkedHashMap<>();
    List<Double> reading = new ArrayList<>();
    Path directory = Files.createTempDirectory("kindnet-conntrack");
    try (Namespace host = Namespace.create("host");
        Traffic compiled = Traffic.compile();
        NetworkNamespace entered = NetworkNamespace.open(host.path().toString())) {
      Traffic traffic = compiled.onOneProcessor();
      host.loopbackUp();
      Nft.apply(
          host, "table ip t { chain c { type filter hook input priority 0; ct state new; }; }");
      // so that each round finds as many connections as the others
      host.run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_timeout_close=1");
      traffic.serve(host, PORT);
      for (int round = -WARM_UP; round < ROUNDS; round++) {
        for (Listener listener : Listener.values()) {
          try (AutoCloseable _ = entered.call(() -> listen(listener, directory))) {
            if (listener == Listener.FULL || listener == Listener.OVERLOADED) {
              traffic.run(host, "connect", "127.0.0.1", PORT, CONNECTIONS, 0);
            }
            double median =
                traffic.run(host, "connect", "127.0.0.1", PORT, CONNECTIONS, 0) / 1000.0;
            if (round >= 0) {
              micros.computeIfAbsent(listener, _ -> new ArrayList<>()).add(median);
            }
          }
        }
      }
      for (int round = -WARM_UP; round < ROUNDS; round++) {
        double each = readerMicros(host, entered, traffic, directory);
        if (round >= 0) {
          reading.add(each);
        }
      }
    } finally {
      Files.deleteIfExists(directory.resolve("conntrack-settings"));
      Files.delete(directory);
    }
    System.out.println("| who hears of connections | connect µs | percent |");
    System.out.println("| --- | ---: | ---: |");
    micros.forEach((listener, all) ->
        System.out.printf(
            Locale.ROOT,
            "| %s | %.1f | %.1f |%n",
            listener.words,
            median(all),
            100 * median(all) / median(micros.getOrDefault(Listener.NONE, List.of()))));
    System.out.printf(
        Locale.ROOT,
        "%n| of the agent, for a connection | CPU µs | percent of a processor at %,d/s |%n"
            + "| --- | ---: | ---: |%n"
            + "| its three notifications | %.1f | %.1f |%n",
        RATE,
        median(reading),
        median(reading) * RATE / 10_000);
    System.out.println("  ok   measured");
  }

  /** CPU of the agent for each of many connections, from their begin to their end. */
  private static double readerMicros(
      Namespace host, NetworkNamespace entered, Traffic traffic, Path directory) throws Exception {
    Status status = new Status("bench");
    try (ConntrackSocket conntrack = entered.call(ConntrackSocket::open)) {
      conntrack.delete(FlowFilter.of(AddressFamily.IPV4, TCP));
      try (AutoCloseable _ =
          entered.call(() -> started(new ConntrackAgent(settings(directory), status)))) {
        long before = readerNanos();
        traffic.run(host, "connect", "127.0.0.1", PORT, TOLD, 0);
        conntrack.delete(FlowFilter.of(AddressFamily.IPV4, TCP));
        Eventually.within(DEADLINE, () -> assertThat(MetricsPage.of(status)).contains(ALL_ENDED));
        return (readerNanos() - before) / 1000.0 / TOLD;
      }
    }
  }

  /** CPU that the agent's thread, the one that was started last, has taken. */
  private static long readerNanos() {
    long thread =
        Thread.getAllStackTraces().keySet().stream()
            .filter(each -> each.getName().equals("conntrack"))
            .mapToLong(Thread::threadId)
            .max()
            .orElseThrow();
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
  }

  private static AutoCloseable listen(Listener listener, Path directory) {
    return switch (listener) {
      case NONE -> () -> {};
      case AGENT -> started(new ConntrackAgent(settings(directory), new Status("bench")));
      case OVERLOADED ->
          started(new ConntrackAgent(settings(directory), SMALLEST, new Status("bench")));
      case FULL -> FlowReports.open(SMALLEST);
    };
  }

  private static ConntrackSettings settings(Path directory) {
    return ConntrackSettings.beside(directory.resolve("cni.sock"));
  }

  private static ConntrackAgent started(ConntrackAgent agent) {
    agent.start();
    return agent;
  }

  private static double median(List<Double> figures) {
    return figures.stream().sorted().toList().get(figures.size() / 2);
  }
}
