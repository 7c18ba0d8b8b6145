package io.kindnet.e2e.scale;

import io.kindnet.measuring.Table;

/** The agent starts where an earlier one has left all that is needed. */
final class RestartPart {
  private static final int RUNS = 3;

  private final ScaleFixture stand;
  private final Table table = Effort.table(0, "start to list s", "list to ready s");
  private long writes;
  private int changed;

  RestartPart(ScaleFixture stand) {
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
    long begin = System.nanoTime();
    try (ScaleAgent agent = stand.host().startAgent()) {
      double listed = agent.awaitListed();
      double ready = agent.awaitInPlace();
      Effort effort = Effort.watchOfStart(stand, agent, begin).end();
      effort.addTo(table, Table.hundredths(listed), Table.hundredths(ready - listed));
      writes += effort.messages().writes();
      changed += effort.changes().number();
    }
  }
}
