package io.kindnet.e2e.scale;

import io.kindnet.e2e.scale.KernelWatch.Changes;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import java.util.ArrayList;
import java.util.List;

/** {@code nft flush ruleset} by somebody who thinks of other rules. */
final class FlushPart {
  private static final int RUNS = 3;
  private static final double MOST_MILLIS = 1000;

  private final Stand stand;
  private final Agent agent;

  FlushPart(Stand stand, Agent agent) {
    this.stand = stand;
    this.agent = agent;
  }

  void run() {
    System.err.println("nft flush ruleset");
    Table table = new Table(0, "repaired after ms", "messages", "changes in the kernel", "CPU s");
    List<Double> all = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      Messages before = agent.messages();
      double cpuBefore = agent.cpuSeconds();
      stand.host().mark();
      long begin = System.nanoTime();
      stand.host().flushRules();
      Changes changes = stand.host().settle(stand.nodes().expected());
      double millis = (changes.last() - begin) / 1e6;
      all.add(millis);
      table.row(
          Table.hundredths(millis),
          agent.messages().since(before).toString(),
          changes.toString(),
          Table.hundredths(agent.cpuSeconds() - cpuBefore));
    }
    stand.out().println("### All tables flushed");
    table.print(stand.out());
    stand
        .targets()
        .atMost(
            "repaired after nft flush ruleset",
            MOST_MILLIS,
            Spread.of(all, Double::doubleValue).median(),
            " ms");
  }
}
