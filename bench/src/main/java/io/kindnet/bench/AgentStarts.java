package io.kindnet.bench;

import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How soon kindnetd has done its work in a cluster of three nodes, and what it takes then; several
 * builds of it in turn.
 */
final class AgentStarts {
  static final int NODES = 3;

  private static final int STARTS = 5;
  private static final int PORT = 18_080;

  /** When what the start took has been given back. */
  private static final double SETTLED_MILLIS = 15_000;

  private static final String CONFIGURATION = "/etc/cni/net.d/10-kindnet.conflist";

  /** One start, in milliseconds. */
  private record Start(double configured, double ready, double cpu) {}

  /**
   * All starts of one build; its memory is that of the last one.
   *
   * @param configuredMillis until the CNI configuration was written
   * @param cpuMillis until it was ready
   */
  record Figures(
      double configuredMillis, double cpuMillis, double residentMib, double anonymousMib) {}

  private final Node node;
  private final Map<String, Path> programs;
  private final List<String> flags;

  /**
   * @param programs by name, directories {@code kindnetd} of a {@code dist/}
   * @param flags besides those that lead to the cluster; each build gets those that it has
   */
  AgentStarts(Node node, Map<String, Path> programs, List<String> flags) {
    this.node = node;
    this.programs = programs;
    this.flags = flags;
  }

  /** Prints the figures of each build, and returns them by its name. */
  Map<String, Figures> run(PrintStream out) {
    Table table =
        new Table(
            1,
            "kindnetd",
            "configuration after ms",
            "ready after ms",
            "CPU until then ms",
            "resident MiB",
            "of that anonymous");
    Map<String, Figures> figures = new LinkedHashMap<>();
    try (ApiServerProcess server =
        ApiServerProcess.start(node.machine().namespace(), "192.0.2.2", PORT)) {
      for (int number = 0; number < NODES; number++) {
        server.apply(
            Nodes.node(
                "node" + number,
                List.of("10.244." + number + ".0/24", "fd00:10:244:" + number + "::/64"),
                List.of("192.0.2." + (2 + number), "2001:db8::" + (2 + number))));
      }
      Map<String, List<Start>> starts = new LinkedHashMap<>();
      programs.keySet().forEach(name -> starts.put(name, new ArrayList<>()));
      for (int start = 1; start < STARTS; start++) {
        System.err.println("agent: start " + start + " with three nodes");
        starts.forEach((name, list) -> {
          try (BenchAgent agent = launch(name, server)) {
            list.add(watch(agent));
          }
        });
      }
      starts.forEach((name, list) -> figures.put(name, last(table, name, server, list)));
    }
    out.printf(
        Locale.ROOT,
        "How it starts where an API server has %d nodes, %d times in turn; its memory is that of the%n"
            + "last start, %.0f s after it.%n",
        NODES,
        STARTS,
        SETTLED_MILLIS / 1000);
    table.print(out);
    return figures;
  }

  private BenchAgent launch(String name, ApiServerProcess server) {
    try {
      Files.deleteIfExists(node.machine().path(CONFIGURATION));
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot delete " + CONFIGURATION, failed);
    }
    List<String> all =
        new ArrayList<>(List.of("--master=" + server.url(), "--hostname-override=node0"));
    Path program = Objects.requireNonNull(programs.get(name));
    all.addAll(known(program));
    return BenchAgent.launch(node, program, all.toArray(String[]::new));
  }

  /** The flags that this build has: an earlier one may lack the agents that they are for. */
  private List<String> known(Path program) {
    String help = node.machine().run(program.resolve("bin/kindnetd").toString(), "--help");
    return flags.stream().filter(flag -> help.contains(flag.split("=", 2)[0])).toList();
  }

  private Start watch(BenchAgent agent) {
    Path configuration = node.machine().path(CONFIGURATION);
    double configured =
        agent.await(() -> {
          if (!Files.exists(configuration)) {
            throw new AssertionError("kindnetd writes no configuration");
          }
        });
    double ready =
        agent.await(() -> node.machine().run("curl", "-sSf", "http://127.0.0.1:19080/readyz"));
    return new Start(configured, ready, agent.process().cpuMillis());
  }

  /** One more start, whose memory is looked at. */
  private Figures last(Table table, String name, ApiServerProcess server, List<Start> starts) {
    System.err.println("agent: memory with three nodes");
    try (BenchAgent agent = launch(name, server)) {
      long begin = System.nanoTime();
      starts.add(watch(agent));
      agent.await(() -> {
        if ((System.nanoTime() - begin) / 1e6 < SETTLED_MILLIS) {
          throw new AssertionError("kindnetd has not settled yet");
        }
      });
      double resident = agent.process().mebibytes("VmRSS");
      double anonymous = agent.process().mebibytes("RssAnon");
      Spread configured = Spread.of(starts, Start::configured);
      Spread cpu = Spread.of(starts, Start::cpu);
      table.row(
          name,
          configured.toString(),
          Spread.of(starts, Start::ready).toString(),
          cpu.toString(),
          String.format(Locale.ROOT, "%.1f", resident),
          String.format(Locale.ROOT, "%.1f", anonymous));
      return new Figures(configured.median(), cpu.median(), resident, anonymous);
    }
  }
}
