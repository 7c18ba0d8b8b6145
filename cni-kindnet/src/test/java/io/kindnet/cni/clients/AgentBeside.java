package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.store.Way;
import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.Machine;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/**
 * The agent of {@code dist/} on a machine whose calls are to go warm, nobody where they go cold.
 */
final class AgentBeside implements AutoCloseable {
  private static final String DATABASE = "/var/lib/cni-kindnet/cni.db";

  private final Machine machine;
  private final Way way;
  private final @Nullable Daemon agent;

  private AgentBeside(Machine machine, Way way, @Nullable Daemon agent) {
    this.machine = machine;
    this.way = way;
    this.agent = agent;
  }

  /** What calls on {@code machine} need to go {@code way}. */
  static AgentBeside on(Machine machine, Way way) {
    if (way == Way.COLD) {
      return new AgentBeside(machine, way, null);
    }
    return new AgentBeside(machine, way, ServingAgent.start(machine));
  }

  /** Fails if a call that changed something went the other way. */
  private void assertWay() {
    if (Files.exists(machine.path(DATABASE))) {
      assertThat(KindnetNode.sql(machine, "SELECT DISTINCT way FROM calls").lines())
          .isSubsetOf(way.name());
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
