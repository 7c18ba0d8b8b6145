package io.kindnet.e2e.figures;

import io.kindnet.e2e.cluster.Cluster;
import io.kindnet.e2e.cluster.Kubectl;
import io.kindnet.e2e.cluster.Settings;
import io.kindnet.e2e.cluster.SettingsException;
import io.kindnet.netlink.testing.Eventually;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** How long a Deployment takes until all of its pods are ready, and until they have gone. */
public final class Figures {
  private static final List<Integer> SIZES = List.of(40, 80);
  private static final int NODES = 2;
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: many}
      spec:
        replicas: 0
        selector: {matchLabels: {app: many}}
        template:
          metadata: {labels: {app: many}}
          spec:
            terminationGracePeriodSeconds: 1
            containers:
            - {name: web, image: "kindnet/e2e-pod:1"}
      """;

  private final Cluster cluster;
  private final Path manifest;

  private Figures(Cluster cluster, Path manifest) {
    this.cluster = cluster;
    this.manifest = manifest;
  }

  /**
   * Measures, and prints a table.
   *
   * @param arguments the manifest that installs kindnet, and how often each is measured
   */
  public static void main(String[] arguments) {
    try {
      Cluster cluster = new Cluster(Settings.fromEnvironment());
      cluster.up(NODES);
      new Figures(cluster, Path.of(arguments[0])).run(Integer.parseInt(arguments[1]), System.out);
    } catch (AssertionError | SettingsException failed) {
      System.err.println("The measurement has failed: " + failed.getMessage());
      System.exit(1);
    }
  }

  /** Takes turns, so that all have their share of what the machine does meanwhile. */
  private void run(int rounds, PrintStream out) {
    List<Row> rows = Arrays.stream(Candidate.values()).map(Row::new).toList();
    cluster.kubectl().runWithInput(DEPLOYMENT, "apply", "-f", "-");
    for (int round = 1; round <= rounds; round++) {
      for (Row row : rows) {
        Candidate candidate = row.candidate;
        candidate.install(cluster, manifest);
        scale(2); // whoever is slow the first time
        scale(0);
        for (int i = 0; i < SIZES.size(); i++) {
          System.err.println(
              candidate.title() + ": " + SIZES.get(i) + " pods, round " + round + " of " + rounds);
          row.ready.get(i).add(scale(SIZES.get(i)));
          row.gone.get(i).add(scale(0));
        }
        candidate.remove(cluster, manifest);
      }
    }
    print(out, rounds, rows);
  }

  /**
   * What was measured, for each of {@link #SIZES}.
   *
   * @param ready seconds until all were ready, one for each round
   * @param gone seconds until all had gone
   */
  private record Row(Candidate candidate, List<List<Double>> ready, List<List<Double>> gone) {
    Row(Candidate candidate) {
      this(candidate, columns(), columns());
    }

    private static List<List<Double>> columns() {
      return SIZES.stream().map(_ -> (List<Double>) new ArrayList<Double>()).toList();
    }
  }

  /** Scales, and returns after how many seconds that is done: all ready, or all gone. */
  private double scale(int replicas) {
    Kubectl kubectl = cluster.kubectl();
    long begin = System.nanoTime();
    kubectl.run("scale", "deployment/many", "--replicas=" + replicas);
    kubectl.run("rollout", "status", "deployment/many", "--timeout=" + DEADLINE.toSeconds() + "s");
    if (replicas == 0) {
      Eventually.within(
          DEADLINE,
          () -> {
            if (!kubectl.run("get", "pods", "-l", "app=many", "-o", "name").isBlank()) {
              throw new AssertionError("pods are still there");
            }
          });
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  private static void print(PrintStream out, int rounds, List<Row> rows) {
    out.println("### A Deployment on a real cluster");
    out.println();
    out.printf(
        Locale.ROOT,
        "%d kubelets, each with a containerd, all on this machine with the control plane; seconds,%n"
            + "median of %d (least–most).%n%n",
        NODES,
        rounds);
    out.println("| network | 40 pods ready | 80 pods ready | 40 gone | 80 gone |");
    out.println("| ------- | ------------: | ------------: | ------: | ------: |");
    for (Row row : rows) {
      out.print("| " + row.candidate.title() + " |");
      for (List<Double> seconds : row.ready) {
        out.print(" " + spread(seconds) + " |");
      }
      for (List<Double> seconds : row.gone) {
        out.print(" " + spread(seconds) + " |");
      }
      out.println();
    }
  }

  private static String spread(List<Double> seconds) {
    List<Double> sorted = new ArrayList<>(seconds);
    Collections.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%.1f (%.1f–%.1f)",
        sorted.get(sorted.size() / 2),
        sorted.getFirst(),
        sorted.getLast());
  }
}
