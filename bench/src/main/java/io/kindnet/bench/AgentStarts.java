package io.kindnet.bench;

import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import io.kindnet.measuring.Targets;
import io.kindnet.netlink.testing.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How soon kindnetd has done its work in a cluster of three nodes, and what it takes then. */
final class AgentStarts {
  private static final int STARTS = 5;
  private static final int NODES = 3;
  private static final int PORT = 18_080;
  private static final double MOST_MIB = 90;

  /** When what the start took has been given back. */
  private static final double SETTLED_MILLIS = 15_000;

  private static final String CONFIGURATION = "/etc/cni/net.d/10-kindnet.conflist";

  /** One start, in milliseconds. */
  private record Start(double configured, double ready, double cpu) {}

  private final Node node;
  private final Path program;

  /**
   * @param program the directory {@code kindnetd} of {@code dist/}
   */
  AgentStarts(Node node, Path program) {
    this.node = node;
    this.program = program;
  }

  void run(PrintStream out, Targets targets) {
    Path uncached = program.resolveSibling("kindnetd-without-cache");
    Table table =
        new Table(
            1,
            "kindnetd",
            "configuration after ms",
            "ready after ms",
            "CPU until then ms",
            "resident MiB",
            "of that anonymous");
    try (ApiServerProcess server =
        ApiServerProcess.start(node.machine().namespace(), "192.0.2.2", PORT)) {
      for (int number = 0; number < NODES; number++) {
        server.apply(
            Nodes.node(
                "node" + number,
                List.of("10.244." + number + ".0/24", "fd00:10:244:" + number + "::/64"),
                List.of("192.0.2." + (2 + number), "2001:db8::" + (2 + number))));
      }
      copyWithoutCache(uncached);
      List<Start> with = new ArrayList<>();
      List<Start> without = new ArrayList<>();
      for (int start = 1; start < STARTS; start++) {
        System.err.println("agent: start " + start + " with three nodes");
        try (BenchAgent agent = launch(program, server)) {
          with.add(watch(agent));
        }
        try (BenchAgent agent = launch(uncached, server)) {
          without.add(watch(agent));
        }
      }
      double mebibytes = last(table, "with its cache of classes", program, server, with);
      last(table, "without", uncached, server, without);
      targets.atMost("memory of the agent with " + NODES + " nodes", MOST_MIB, mebibytes, " MiB");
    } finally {
      node.machine().run("rm", "-rf", uncached.toString());
    }
    out.printf(
        Locale.ROOT,
        "How it starts where an API server has %d nodes, %d times in turn; its memory is that of the%n"
            + "last start, %.0f s after it.%n",
        NODES,
        STARTS,
        SETTLED_MILLIS / 1000);
    table.print(out);
  }

  /** The files are the same ones, so that they are in the kernel's memory for both or for none. */
  private void copyWithoutCache(Path copy) {
    Machine machine = node.machine();
    machine.run("rm", "-rf", copy.toString());
    machine.run("cp", "-al", program.toString(), copy.toString());
    machine.run("rm", copy.resolve("lib/kindnetd/kindnetd.aot").toString());
  }

  private BenchAgent launch(Path version, ApiServerProcess server) {
    try {
      Files.deleteIfExists(node.machine().path(CONFIGURATION));
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot delete " + CONFIGURATION, failed);
    }
    return BenchAgent.launch(
        node, version, "--master=" + server.url(), "--hostname-override=node0");
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
  private double last(
      Table table, String name, Path version, ApiServerProcess server, List<Start> starts) {
    System.err.println("agent: memory with three nodes");
    try (BenchAgent agent = launch(version, server)) {
      long begin = System.nanoTime();
      starts.add(watch(agent));
      agent.await(() -> {
        if ((System.nanoTime() - begin) / 1e6 < SETTLED_MILLIS) {
          throw new AssertionError("kindnetd has not settled yet");
        }
      });
      double mebibytes = agent.process().mebibytes("VmRSS");
      table.row(
          name,
          Spread.of(starts, Start::configured).toString(),
          Spread.of(starts, Start::ready).toString(),
          Spread.of(starts, Start::cpu).toString(),
          String.format(Locale.ROOT, "%.1f", mebibytes),
          String.format(Locale.ROOT, "%.1f", agent.process().mebibytes("RssAnon")));
      return mebibytes;
    }
  }
}
