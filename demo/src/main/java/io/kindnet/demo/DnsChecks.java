package io.kindnet.demo;

import static java.util.stream.Collectors.joining;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The cache of DNS answers. How often the name server was asked shows in what it answers ({@link
 * NameServer}).
 */
final class DnsChecks {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private final Cluster cluster;
  private final Report report;
  private final DemoNode node;
  private final Pod pod;
  private int names;

  private DnsChecks(Cluster cluster, Report report) {
    this.cluster = cluster;
    this.report = report;
    node = cluster.dualStackNodes().getFirst();
    pod = node.pods().getFirst();
  }

  static void runAll(Cluster cluster, Report report) {
    new DnsChecks(cluster, report).run();
  }

  private void run() {
    List<HasMetadata> pods = PolicyObjects.pods(cluster.dualStackNodes());
    cluster.apply(PolicyObjects.namespace());
    pods.forEach(cluster::apply);
    report.check("DNS: a name asked for twice is asked of the server once", this::hit);
    node.showDns(report, name());
    report.check(
        "DNS: kindnetd is killed, the server itself answers",
        () -> {
          node.killAgent();
          long start = System.nanoTime();
          String answer = ask(name());
          long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
          if (!answer.matches("192\\.0\\.2\\.[2-9]")) { // the cache would say 192.0.2.1
            throw new AssertionError("the answer is " + answer);
          }
          return answer + " after " + millis + " ms";
        });
    report.check(
        "DNS: kindnetd is back, and so is the cache",
        () -> {
          node.startAgent();
          node.awaitReady();
          return hit();
        });
    pods.forEach(cluster::delete);
  }

  /** A pod is served from when it is known what policies say of it. */
  private String hit() {
    String[] answers = new String[2];
    Eventually.within(
        DEADLINE,
        () -> {
          names++;
          answers[0] = ask(name());
          answers[1] = ask(name());
          expect("192.0.2.1", answers[1]);
        });
    return answers[0] + " and " + answers[1];
  }

  private String name() {
    return "name" + names + ".example";
  }

  /**
   * Asks again where there is no answer: what the agent had in hand when it was killed is lost. dig
   * says so in a line that begins with a semicolon, and goes on.
   */
  private String ask(String name) {
    return pod.namespace()
        .run(
            "dig",
            "+short",
            "+nocookie",
            "+tries=10",
            "+time=1",
            "@" + Infrastructure.OUTSIDE_V4,
            name,
            "A")
        .lines()
        .filter(line -> !line.startsWith(";"))
        .collect(joining("\n"));
  }

  private static void expect(String expected, String answer) {
    if (!answer.equals(expected)) {
      throw new AssertionError("the answer is " + answer + " instead of " + expected);
    }
  }
}
