package io.kindnet.e2e.scale;

import io.kindnet.e2e.scale.KernelWatch.Changes;
import io.kindnet.measuring.Table;
import java.util.List;

/** A tenth of the nodes goes, and others come that get their pod CIDRs. */
final class ReplacePart {
  private static final int SHARE = 10;

  private final Stand stand;
  private final Agent agent;

  ReplacePart(Stand stand, Agent agent) {
    this.stand = stand;
    this.agent = agent;
  }

  void run() {
    Population nodes = stand.nodes();
    List<Peer> old =
        nodes.others().stream().limit(Math.max(1, nodes.others().size() / SHARE)).toList();
    System.err.println("replacing " + old.size() + " nodes");
    Messages before = agent.messages();
    double cpuBefore = agent.cpuSeconds();
    stand.host().mark();
    long begin = System.nanoTime();
    Population.atOnce(
        old,
        peer -> {
          nodes.remove(peer);
          nodes.add(nodes.next().inheriting(peer));
        });
    long answered = System.nanoTime();
    Changes changes = stand.host().settle(nodes.expected());
    Table table =
        new Table(
            0,
            "nodes",
            "API server s",
            "in place after s",
            "after the last answer ms",
            "messages",
            "changes in the kernel",
            "CPU s");
    table.row(
        String.valueOf(old.size()),
        Table.hundredths((answered - begin) / 1e9),
        Table.hundredths((changes.last() - begin) / 1e9),
        Table.hundredths((changes.last() - answered) / 1e6),
        agent.messages().since(before).toString(),
        changes.toString(),
        Table.hundredths(agent.cpuSeconds() - cpuBefore));
    stand.out().println("### Nodes replaced at once");
    stand.out().println();
    stand
        .out()
        .println("Deleted and made anew, with other names and addresses and the same pod CIDRs.");
    table.print(stand.out());
  }
}
