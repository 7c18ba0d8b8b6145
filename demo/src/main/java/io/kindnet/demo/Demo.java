package io.kindnet.demo;

import java.nio.file.Path;

/**
 * Nodes in network namespaces, the real kindnetd on each, pods through the real cni-kindnet, and
 * every way that packets go between them: once with calls that the plugin does by itself, once with
 * calls that it delegates to kindnetd. Ends with 0 only if all of it worked; leaves nothing behind,
 * on Ctrl-C neither.
 */
public final class Demo {
  private Demo() {}

  /**
   * Runs the demo.
   *
   * @param args the directory that {@code make dist} made; the environment's {@code NODES} says how
   *     many nodes, 2 if unset
   */
  public static void main(String[] args) {
    Progress progress = new Progress(System.out);
    Report report = new Report(System.out);
    try (Infrastructure infrastructure = Infrastructure.create(progress);
        Cluster cluster = new Cluster(infrastructure, Path.of(args[0]), progress)) {
      cluster.start(numberOfNodes());
      for (CallPath way : CallPath.values()) {
        report.section(way.title());
        cluster.addPods(way);
        Checks.runAll(cluster, report);
        PolicyChecks.runAll(cluster, report);
        if (way == CallPath.WARM) {
          DnsChecks.runAll(cluster, report);
          cluster.dualStackNodes().getFirst().show(report);
        }
        cluster.removePods(way, report);
      }
      report.section("a node whose pods have IPv6 only");
      Nat64Checks.runAll(cluster, report);
      report.section("in the end");
      cluster.checkCalls(report);
      cluster.stopAgents(report);
    } catch (AssertionError | RuntimeException e) {
      report.fail("the demo itself", String.valueOf(e.getMessage()));
      e.printStackTrace();
    }
    System.exit(report.print() ? 0 : 1);
  }

  private static int numberOfNodes() {
    String given = System.getenv().getOrDefault("NODES", "2");
    try {
      int number = Integer.parseInt(given);
      if (number >= 2 && number <= 200) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // said below
    }
    System.err.println("NODES=" + given + " is not a number from 2 to 200");
    System.exit(2);
    return 0;
  }
}
