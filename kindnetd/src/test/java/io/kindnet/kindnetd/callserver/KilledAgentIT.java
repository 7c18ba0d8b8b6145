package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.kill.KillPoint;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the agent, 200 times: after every step of its calls, and in the middle of
 * several at once. The runtime hears that it is to try again, and what it does next finds a node
 * that can be cleaned.
 */
@NetworkNamespaces
class KilledAgentIT {
  private static final int KILLS = 200;
  private static final int NODES = 2;

  private final Path directory;

  KilledAgentIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void leavesWhatTheRuntimeCanCleanUp() throws Exception {
    List<Callable<Integer>> halves = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      int number = node;
      halves.add(() -> killOnNode(number));
    }
    int kills = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(NODES)) {
      for (Future<Integer> half : threads.invokeAll(halves)) {
        kills += half.get();
      }
    }
    assertThat(kills).isEqualTo(KILLS);
  }

  /**
   * The node of one half has a link for each pod and is cleaned up by DEL, that of the other one a
   * bridge, and GC.
   */
  private int killOnNode(int number) throws Exception {
    int kills = 0;
    try (VictimNode node =
        new VictimNode(
            Files.createDirectory(directory.resolve("node" + number)),
            number == 0,
            number == 0 ? "" : "kind-br")) {
      for (KillPoint point : KillPoint.allOf(node.stepsOf("ADD"))) {
        node.killDuringAdd(point);
        kills++;
      }
      for (KillPoint point : KillPoint.allOf(node.stepsOf("DEL"))) {
        node.killDuringDel(point);
        kills++;
      }
      for (int time = 1 + number; kills < KILLS / NODES; time += NODES, kills++) {
        node.killDuringManyCalls(time);
      }
    }
    return kills;
  }
}
