package io.kindnet.e2e.scale;

import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import java.util.ArrayList;
import java.util.List;

/** {@code nft flush ruleset} by somebody who thinks of other rules. */
final class FlushPart {
  private static final int RUNS = 3;
  private static final double MOST_MILLIS = 1000;

  private final ScaleFixture fixture;
  private final ScaleAgent agent;

  FlushPart(ScaleFixture fixture, ScaleAgent agent) {
    this.fixture = fixture;
    this.agent = agent;
  }

  void run() {
    fixture.say("nft flush ruleset");
    List<Effort> efforts = new ArrayList<>();
    Table table = Effort.table(0, "repaired after ms");
    for (int run = 0; run < RUNS; run++) {
      Effort.Watch watch = Effort.watch(fixture, agent);
      fixture.host().flushRules();
      Effort effort = watch.end();
      efforts.add(effort);
      effort.addTo(table, Table.hundredths(effort.millis()));
    }
    fixture.chapter(
        "All tables flushed", "From before nft was started until the last change was heard.");
    table.print(fixture.out());
    double millis = Spread.of(efforts, Effort::millis).median();
    fixture.targets().atMost("repaired after nft flush ruleset", MOST_MILLIS, millis, " ms");
  }
}
