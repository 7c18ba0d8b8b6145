package io.kindnet.e2e.scale;

import io.kindnet.e2e.scale.KernelWatch.Changes;
import io.kindnet.measuring.Table;

/** The agent starts where an earlier one has left all that is needed. */
final class RestartPart {
  private static final int RUNS = 3;

  private final Stand stand;
  private final Table table =
      new Table(
          0, "start to list s", "list to ready s", "CPU s", "messages", "changes in the kernel");
  private long writes;
  private int changed;

  RestartPart(Stand stand) {
    this.stand = stand;
  }

  /** Measures where an agent has done its work and ended. */
  void run() {
    for (int run = 1; run <= RUNS; run++) {
      stand.say("restart " + run);
      restart();
    }
    stand.chapter("Restart where all is in place");
    table.print(stand.out());
    stand.targets().none("messages that write, at a restart", writes);
    stand.targets().none("changes in the kernel by a restart", changed);
  }

  private void restart() {
    stand.host().mark();
    try (Agent agent = stand.host().startAgent()) {
      double listed = agent.awaitListed();
      double ready = agent.awaitInPlace();
      double cpu = agent.cpuSeconds();
      Messages messages = agent.messages();
      Changes changes = stand.host().settle(stand.nodes().expected());
      table.row(
          Table.hundredths(listed),
          Table.hundredths(ready - listed),
          Table.hundredths(cpu),
          messages.toString(),
          changes.toString());
      writes += messages.writes();
      changed += changes.number();
    }
  }
}
