package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Cluster;
import io.kindnet.e2e.cluster.RestClient;
import io.kindnet.e2e.cluster.Settings;
import io.kindnet.measuring.Surroundings;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Measures the agent in a large cluster, and prints what can be pasted into a page. Runs in the
 * network of a cluster of which the API server is there and the first node's machine.
 */
public final class Scale {
  private static final int SMALLER = 5;

  private final Stand stand;
  private final int count;
  private final Set<Part> parts;

  private Scale(Stand stand, int count, Set<Part> parts) {
    this.stand = stand;
    this.count = count;
    this.parts = parts;
  }

  /**
   * Measures. Ends with 0 if everything worked, whether or not targets were reached.
   *
   * @param arguments what {@code make dist} made, the manifest, how many other nodes there are, and
   *     which {@link Part}s are measured, separated by commas
   */
  public static void main(String[] arguments) {
    PrintStream out = System.out;
    Cluster cluster = new Cluster(Settings.fromEnvironment());
    Path dist = Path.of(arguments[0]);
    int count = Integer.parseInt(arguments[2]);
    Surroundings.describe("kindnetd among " + count + " simulated nodes")
        .forEach(line -> out.println("- " + line));
    try (RestClient api = cluster.rest();
        Host host = Host.prepare(cluster, dist, Path.of(arguments[1]))) {
      Stand stand = new Stand(cluster, new Population(api), host, out, new Targets());
      new Scale(stand, count, parts(arguments[3])).run();
    } catch (AssertionError failed) {
      System.err.println("The measurement has failed: " + failed.getMessage());
      System.exit(1);
    }
    System.exit(0);
  }

  private static Set<Part> parts(String names) {
    if (names.isBlank()) {
      return EnumSet.allOf(Part.class);
    }
    Set<Part> parts = EnumSet.noneOf(Part.class);
    for (String name : names.split(",", -1)) {
      parts.add(Part.valueOf(name.strip().toUpperCase(Locale.ROOT)));
    }
    return parts;
  }

  private void run() {
    StartPart starts = new StartPart(stand);
    if (parts.contains(Part.START)) {
      start(starts, Math.max(1, count / SMALLER), false);
      start(starts, count, true);
      starts.print();
    } else {
      grow(count);
    }
    if (parts.contains(Part.RESTART)) {
      try (Agent agent = stand.host().startAgent()) {
        agent.awaitInPlace();
      }
      new RestartPart(stand).run();
    }
    Set<Part> others = EnumSet.copyOf(parts);
    others.removeAll(EnumSet.of(Part.START, Part.RESTART));
    if (!others.isEmpty()) {
      try (Agent agent = stand.host().startAgent()) {
        agent.awaitInPlace();
        stand.host().settle(stand.nodes().expected());
        withOneAgent(agent, others);
      }
    }
    stand.targets().print(stand.out());
  }

  private void start(StartPart starts, int nodes, boolean all) {
    grow(nodes);
    starts.measure(KernelLimit.measure(stand.nodes().others(), stand.out()), all);
  }

  private void grow(int nodes) {
    System.err.println("making Nodes, up to " + nodes);
    long begin = System.nanoTime();
    stand.nodes().grow(nodes);
    System.err.printf(
        Locale.ROOT,
        "%d Nodes of %d bytes after %.1f s%n",
        nodes,
        stand.nodes().bytes(),
        (System.nanoTime() - begin) / 1e9);
  }

  private void withOneAgent(Agent agent, Set<Part> others) {
    for (Part part : others) {
      switch (part) {
        case EVENTS -> new EventsPart(stand, agent).run();
        case REPLACE -> new ReplacePart(stand, agent).run();
        case SERVER -> new ServerPart(stand, agent).run();
        case FLUSH -> new FlushPart(stand, agent).run();
        case HEARTBEATS -> new HeartbeatsPart(stand, agent).run();
        case START, RESTART -> {}
      }
    }
  }
}
