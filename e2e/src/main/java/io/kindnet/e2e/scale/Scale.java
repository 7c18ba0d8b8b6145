package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Cluster;
import io.kindnet.e2e.cluster.RestClient;
import io.kindnet.e2e.cluster.Settings;
import io.kindnet.measuring.Surroundings;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * Measures the agent in a large cluster, and prints what can be pasted into a page. Runs in the
 * network of a cluster of which the API server is there and the first node's machine.
 */
public final class Scale {
  /** How many times more nodes there are in the end than at first. */
  private static final int GROWTH = 5;

  private final ScaleFixture fixture;
  private final int count;
  private final Set<Part> parts;
  private final int podCount;

  private Scale(ScaleFixture fixture, int count, Set<Part> parts, int podCount) {
    this.fixture = fixture;
    this.count = count;
    this.parts = parts;
    this.podCount = podCount;
  }

  /**
   * Measures. Ends with 0 if everything worked, whether or not targets were reached.
   *
   * @param arguments what {@code make dist} made, the manifest, how many other nodes there are,
   *     which {@link Part}s are measured, separated by commas, nothing for all, and how many Pods
   *     {@link Part#PODS} makes
   */
  public static void main(String[] arguments) {
    try {
      measure(
          Path.of(arguments[0]),
          Path.of(arguments[1]),
          Integer.parseInt(arguments[2]),
          Part.of(arguments[3]),
          Integer.parseInt(arguments[4]));
    } catch (AssertionError | IllegalArgumentException failed) {
      System.err.println("The measurement has failed: " + failed.getMessage());
      System.exit(1);
    }
    System.exit(0);
  }

  private static void measure(Path dist, Path manifest, int count, Set<Part> parts, int podCount) {
    Cluster cluster = new Cluster(Settings.fromEnvironment());
    PrintStream out = System.out;
    try (RestClient api = cluster.rest();
        Host host = Host.prepare(cluster, dist, manifest)) {
      ScaleFixture fixture =
          new ScaleFixture(cluster, new Population(api), host, out, new Targets());
      for (String line : Surroundings.describe(fixture.nodes().describe(count))) {
        out.println("- " + line);
      }
      out.println();
      new Scale(fixture, count, parts, podCount).run();
    }
  }

  private void run() {
    if (parts.contains(Part.START)) {
      StartPart starts = new StartPart(fixture);
      grow(Math.max(1, count / GROWTH));
      StartPart.Outcome few = starts.measure();
      grow(count);
      starts.report(few, starts.measure());
    }
    grow(count);
    if (parts.contains(Part.RESTART)) {
      // who has done its work and ended
      startedAgent().close();
      new RestartPart(fixture).run();
    }
    EnumSet<Part> others = EnumSet.copyOf(parts);
    others.removeAll(
        EnumSet.of(Part.START, Part.RESTART, Part.PODS, Part.POLICIES, Part.CONTROLLER));
    if (!others.isEmpty()) {
      try (ScaleAgent agent = startedAgent()) {
        others.forEach(part -> run(part, agent));
      }
    }
    PodPopulation pods = fixture.nodes().pods(podCount);
    if (parts.contains(Part.PODS)) {
      new PodsPart(fixture, pods).run();
    }
    if (parts.contains(Part.POLICIES)) {
      new PoliciesPart(fixture, pods).run();
    }
    if (parts.contains(Part.CONTROLLER)) {
      new ControllerPart(fixture).run();
    }
    fixture.targets().print(fixture.out());
  }

  private ScaleAgent startedAgent() {
    ScaleAgent agent = fixture.host().startAgent();
    agent.awaitInPlace();
    fixture.host().settle(fixture.nodes().expected());
    return agent;
  }

  private void grow(int nodes) {
    if (fixture.nodes().others().size() < nodes) {
      fixture.say("Nodes: " + nodes);
      fixture.nodes().grow(nodes);
    }
  }

  private void run(Part part, ScaleAgent agent) {
    switch (part) {
      case EVENTS -> new EventsPart(fixture, agent).run();
      case REPLACE -> new ReplacePart(fixture, agent).run();
      case SERVER -> new ServerPart(fixture, agent).run();
      case FLUSH -> new FlushPart(fixture, agent).run();
      case HEARTBEATS -> new HeartbeatsPart(fixture, agent).run();
      case START, RESTART, PODS, POLICIES, CONTROLLER ->
          throw new IllegalArgumentException(part + " starts its own programs");
    }
  }
}
