package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Addresses;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Sqlite3;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The API server is away for a while. Kubelets know static pods without it, so that pods still
 * start.
 */
@RealCluster
class ApiServerDownE2E {
  private static final Duration OUTAGE = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofSeconds(10);

  /** How long a change may take to get to all nodes, from when the API server is ready again. */
  private static final Duration RECOVERY = Deadlines.scaled(Duration.ofSeconds(2));

  private static final String LATE = "10.250.9.0/24";

  @Test
  void podsStartAndTrafficFlowsMeanwhile(TestCluster cluster) {
    Node node = cluster.node(1);
    cluster.apply(Manifests.pod("old", cluster.nodes().getLast().name()));
    Pod old = cluster.awaitPod("old");
    long warmBefore = calls(node, "WARM");

    long begin = System.nanoTime();
    cluster.apiServer().kill();
    StaticPod pod = StaticPod.start(node, "warm");
    assertThat(node.machine().run(Http.ask(old.ipv4(), Pod.PORT))).startsWith("old saw ");
    assertThat(calls(node, "WARM")).isGreaterThan(warmBefore);
    Eventually.within(
        OUTAGE.multipliedBy(2),
        () -> {
          assertThat(node.machine().run(Http.ask(pod.addresses().getFirst(), Pod.PORT)))
              .startsWith("warm-node1 saw ");
          assertThat(System.nanoTime() - begin).isGreaterThan(OUTAGE.toNanos());
        });
    cluster.apiServer().start();
    cluster.apiServer().awaitReady();

    pod.remove();
    cluster.kindnet().awaitReady();
    aPodIsScheduledAndReached(cluster);
    cluster.assertNothingLeaks();
  }

  @Test
  void aChangeReachesTheKernelOnceTheApiServerIsBack(TestCluster cluster) {
    Node third = cluster.addNode();
    cluster.kindnet().awaitReady();

    cluster.apiServer().kill();
    long begin = System.nanoTime();
    // until the agents wait as long as they ever do
    Eventually.within(
        OUTAGE, () -> assertThat(System.nanoTime() - begin).isGreaterThan(SHORT.toNanos()));
    cluster.apiServer().start();
    cluster.apiServer().awaitReady();
    long ready = System.nanoTime();
    String late = Manifests.node("late", Addresses.ofNobody(1), LATE);
    cluster.kubectl().runWithInput(late, "create", "-f", "-");
    long answered = System.nanoTime();
    for (Node node : cluster.nodes()) {
      Eventually.within(
          TestCluster.DEADLINE,
          () -> assertThat(node.machine().run("ip", "route", "show", LATE)).contains(" via "));
    }
    Duration afterwards = Duration.ofNanos(System.nanoTime() - ready);
    Progress.say(
        "  three kernels have the change %d ms after the API server is ready, %d ms after its answer"
            .formatted(afterwards.toMillis(), (System.nanoTime() - answered) / 1_000_000));
    assertThat(afterwards).isLessThan(RECOVERY);

    cluster.kubectl().run("delete", "node", "late");
    cluster.removeNode(third);
  }

  @Test
  void podsStartWithoutTheAgentToo(TestCluster cluster) {
    Node node = cluster.node(1);
    cluster.kindnet().keepAgentsAway();
    long coldBefore = calls(node, "COLD");

    cluster.apiServer().kill();
    StaticPod pod = StaticPod.start(node, "cold");
    for (String address : pod.addresses()) {
      assertThat(node.machine().run(Http.ask(address, Pod.PORT))).startsWith("cold-node1 saw ");
    }
    assertThat(calls(node, "COLD")).isGreaterThan(coldBefore);
    pod.remove();
    assertThat(Leaks.aliases(node.machine())).isEmpty();
    cluster.apiServer().start();
    cluster.apiServer().awaitReady();

    cluster.kindnet().letAgentsCome();
    aPodIsScheduledAndReached(cluster);
    cluster.assertNothingLeaks();
  }

  private static void aPodIsScheduledAndReached(TestCluster cluster) {
    cluster.apply(Manifests.deployment("new", 1));
    cluster.awaitRollout("deployment/new");
    Pod pod = cluster.pods("app=new").getFirst();
    assertThat(cluster.node(1).machine().run(Http.ask(pod.ipv4(), Pod.PORT)))
        .startsWith(pod.name() + " saw ");
  }

  /** How many calls were made in a way, WARM or COLD, since the node has its database. */
  private static long calls(Node node, String way) {
    List<String> rows =
        node.machine()
            .run(
                Sqlite3.command(
                    Leaks.DATABASE,
                    "SELECT COALESCE(SUM(number), 0) FROM calls WHERE way = '" + way + "'"))
            .lines()
            .toList();
    return Long.parseLong(rows.getFirst());
  }
}
