package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import org.junit.jupiter.api.Test;

/**
 * The database of a node cannot be written, or its agent does not answer. Pods do not start
 * meanwhile, perhaps, but the node is as ready as before, and pods that run are looked after.
 */
@RealCluster
class LockedDatabaseE2E {

  @Test
  void aNodeStaysReadyWhileItsDatabaseIsLocked(TestCluster cluster) {
    Node node = cluster.node(1);
    Pod web = start(cluster, "web");
    try (DatabaseLock _ = DatabaseLock.take(node, "BEGIN EXCLUSIVE;")) {
      assertStaysReady(cluster, web);
    }
    start(cluster, "new");
  }

  @Test
  void aNodeStaysReadyWhileAProcessHasItsDatabaseToItself(TestCluster cluster) {
    Node node = cluster.node(1);
    Pod web = start(cluster, "web");
    try (DatabaseLock _ =
        DatabaseLock.take(node, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;")) {
      assertStaysReady(cluster, web);
    }
    start(cluster, "new");
  }

  @Test
  void aNodeStaysReadyWhileTheDiskOfItsDatabaseIsFull(TestCluster cluster) {
    Node node = cluster.node(1);
    Pod web = start(cluster, "web");
    try (SmallDisk disk = SmallDisk.underDatabase(cluster, node)) {
      disk.fill();
      assertStaysReady(cluster, web);
      disk.empty();
      start(cluster, "new");
      cluster.inNamespace("delete", "pods", "--all");
      cluster.assertNothingLeaks();
    }
  }

  @Test
  void aNodeStaysReadyWhileItsAgentIsStopped(TestCluster cluster) {
    Machine machine = cluster.node(1).machine();
    Pod web = start(cluster, "web");
    String agent = String.join(" ", Kindnet.processes(machine));
    machine.run("sh", "-c", "kill -STOP " + agent);
    try {
      assertStaysReady(cluster, web);
    } finally {
      machine.run("sh", "-c", "kill -CONT " + agent);
    }
    start(cluster, "new");
  }

  private static Pod start(TestCluster cluster, String name) {
    cluster.apply(Manifests.pod(name, cluster.node(1).name()));
    return cluster.awaitPod(name);
  }

  private static void assertStaysReady(TestCluster cluster, Pod pod) {
    Node node = cluster.nodeOf(pod);
    try (ReadyWatch ready = ReadyWatch.start(cluster, node)) {
      pod.crashAndAwaitRestart();
      ready.assertNodeStaysReady();
    }
    assertThat(node.machine().run(Http.ask(pod.ipv4(), Pod.PORT))).startsWith(pod.name() + " saw ");
  }
}
