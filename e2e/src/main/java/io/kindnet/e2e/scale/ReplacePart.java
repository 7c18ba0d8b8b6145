package io.kindnet.e2e.scale;

import io.kindnet.measuring.Table;
import java.util.List;

/** A tenth of the nodes goes, and others come that get their pod CIDRs. */
final class ReplacePart {
  private static final int SHARE = 10;

  private final ScaleFixture fixture;
  private final ScaleAgent agent;

  ReplacePart(ScaleFixture fixture, ScaleAgent agent) {
    this.fixture = fixture;
    this.agent = agent;
  }

  void run() {
    Population nodes = fixture.nodes();
    int count = Math.max(1, nodes.others().size() / SHARE);
    fixture.say("replacing " + count + " nodes");
    List<Peer> old = nodes.others().stream().limit(count).toList();
    Effort.Watch watch = Effort.watch(fixture, agent);
    Population.atOnce(
        old,
        peer -> {
          nodes.remove(peer);
          nodes.add(nodes.next().inheriting(peer));
        });
    long answered = System.nanoTime();
    Effort effort = watch.end();
    Table table =
        Effort.table(0, "nodes", "API server s", "in place after s", "ms after the last answer");
    effort.addTo(
        table,
        String.valueOf(count),
        Table.hundredths((answered - effort.begin()) / 1e9),
        Table.hundredths(effort.millis() / 1000),
        Table.hundredths(effort.millisAfter(answered)));
    fixture.chapter(
        "Many nodes replaced at once",
        "Each deleted, and made again with another name, other addresses and the same pod CIDRs.");
    table.print(fixture.out());
  }
}
