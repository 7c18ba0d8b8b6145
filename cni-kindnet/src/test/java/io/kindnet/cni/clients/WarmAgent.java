package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.Machine;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The agent of {@code dist/} on a machine whose calls are to go warm, nobody where they go cold.
 */
final class WarmAgent implements AutoCloseable {
  private static final String DATABASE = "/var/lib/cni-kindnet/cni.db";

  private final Machine machine;
  private final ExecutionMode way;
  private final @Nullable Daemon agent;

  private WarmAgent(Machine machine, ExecutionMode way, @Nullable Daemon agent) {
    this.machine = machine;
    this.way = way;
    this.agent = agent;
  }

  /** What calls on {@code machine} need to go {@code way}. */
  static WarmAgent on(Machine machine, ExecutionMode way) {
    if (way == ExecutionMode.COLD) {
      return new WarmAgent(machine, way, null);
    }
    return new WarmAgent(machine, way, ServingAgent.start(machine));
  }

  /**
   * Fails if the calls that changed something went the other way. Some may go cold although an
   * agent is there: on a busy machine it is not always quick enough for the launcher.
   */
  private void assertWay() {
    if (Files.exists(machine.path(DATABASE))) {
      List<String> ways =
          KindnetNode.sql(machine, "SELECT DISTINCT way FROM calls").lines().toList();
      if (way == ExecutionMode.COLD) {
        assertThat(ways).isSubsetOf(way.name());
      } else if (!ways.isEmpty()) {
        assertThat(ways).contains(way.name());
      }
    }
  }

  @Override
  public void close() {
    try {
      assertWay();
    } finally {
      if (agent != null) {
        agent.close();
      }
    }
  }
}
