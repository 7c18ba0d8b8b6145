package io.kindnet.e2e.scale;

import io.kindnet.measuring.Table;

/** The agent starts where an earlier one has left all that is needed. */
final class RestartPart {
  private static final int RUNS = 3;

  private final ScaleFixture fixture;
  private final Table table = Effort.table(0, "start to list s", "list to ready s");
  private long writes;
  private int changed;

  RestartPart(ScaleFixture fixture) {
    this.fixture = fixture;
  }

  /** Measures where an agent has done its work and ended. */
  void run() {
    for (int run = 1; run <= RUNS; run++) {
      fixture.say("restart " + run);
      restart();
    }
    fixture.chapter("Restart where all is in place");
    table.print(fixture.out());
    fixture.targets().none("messages that write, at a restart", writes);
    fixture.targets().none("changes in the kernel by a restart", changed);
  }

  private void restart() {
    fixture.host().mark();
    long begin = System.nanoTime();
    try (ScaleAgent agent = fixture.host().startAgent()) {
      double listed = agent.awaitListed();
      double ready = agent.awaitInPlace();
      Effort effort = Effort.watchOfStart(fixture, agent, begin).end();
      effort.addTo(table, Table.hundredths(listed), Table.hundredths(ready - listed));
      writes += effort.messages().writes();
      changed += effort.changes().number();
    }
  }
}
