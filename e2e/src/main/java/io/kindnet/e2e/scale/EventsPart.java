package io.kindnet.e2e.scale;

import io.kindnet.e2e.scale.KernelWatch.Changes;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One node is added, gets other addresses, and goes. */
final class EventsPart {
  private static final int RUNS = 9;
  private static final double MOST_MILLIS = 50;
  private static final double MOST_MESSAGES = 12;

  /**
   * One event.
   *
   * @param sent milliseconds from when the request was sent until the last change in the kernel
   * @param answered the same from when its answer had come; negative if that came later
   */
  private record Event(double sent, double answered, Messages messages, Changes changes) {}

  private final Stand stand;
  private final Agent agent;
  private final Table table =
      new Table(
          1,
          "event",
          "ms from the request",
          "ms from its answer",
          "messages",
          "changes in the kernel",
          "CPU ms");

  EventsPart(Stand stand, Agent agent) {
    this.stand = stand;
    this.agent = agent;
  }

  void run() {
    Population nodes = stand.nodes();
    List<Event> added = new ArrayList<>();
    List<Event> moved = new ArrayList<>();
    List<Event> removed = new ArrayList<>();
    System.err.println("events: " + RUNS + " of each");
    double[] cpu = new double[3];
    for (int run = 0; run < RUNS; run++) {
      Peer peer = nodes.next();
      Peer elsewhere = peer.movedTo(nodes.next());
      double before = agent.cpuSeconds();
      added.add(event(() -> nodes.add(peer)));
      double afterAdded = agent.cpuSeconds();
      moved.add(event(() -> nodes.move(elsewhere)));
      double afterMoved = agent.cpuSeconds();
      removed.add(event(() -> nodes.remove(elsewhere)));
      cpu[0] += afterAdded - before;
      cpu[1] += afterMoved - afterAdded;
      cpu[2] += agent.cpuSeconds() - afterMoved;
    }
    report("a node is added", added, cpu[0]);
    report("a node gets other addresses", moved, cpu[1]);
    report("a node is removed", removed, cpu[2]);
    stand
        .out()
        .printf(
            Locale.ROOT,
            "### One node among %d%n%nMedian of %d (least–most).%n",
            nodes.others().size(),
            RUNS);
    table.print(stand.out());
  }

  private Event event(Runnable request) {
    Messages before = agent.messages();
    stand.host().mark();
    long sent = System.nanoTime();
    request.run();
    long answered = System.nanoTime();
    stand.host().awaitChange();
    Changes changes = stand.host().settle(stand.nodes().expected());
    return new Event(
        (changes.last() - sent) / 1e6,
        (changes.last() - answered) / 1e6,
        agent.messages().since(before),
        changes);
  }

  private void report(String what, List<Event> events, double cpuSeconds) {
    Spread sent = Spread.of(events, Event::sent);
    Spread messages = Spread.of(events, event -> event.messages.all());
    table.row(
        what,
        sent.toString(),
        Spread.of(events, Event::answered).toString(),
        events.getLast().messages.toString(),
        events.getLast().changes.toString(),
        String.format(Locale.ROOT, "%.1f", cpuSeconds * 1000 / RUNS));
    stand.targets().atMost(what + ": until it is in the kernel", MOST_MILLIS, sent.median(), " ms");
    stand.targets().atMost(what + ": messages", MOST_MESSAGES, messages.median(), "");
  }
}
