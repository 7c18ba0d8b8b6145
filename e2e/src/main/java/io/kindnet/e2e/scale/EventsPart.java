package io.kindnet.e2e.scale;

import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import java.util.ArrayList;
import java.util.List;

/** One node is added, gets other addresses, and goes. */
final class EventsPart {
  private static final int RUNS = 9;
  private static final double MOST_MILLIS = 50;
  private static final double MOST_MESSAGES = 12;

  /**
   * One event.
   *
   * @param answered when the API server's answer had come, by {@link System#nanoTime}
   * @param effort from when the request was sent
   */
  private record Event(long answered, Effort effort) {
    double millisAfterAnswer() {
      return effort.millisAfter(answered);
    }
  }

  private final ScaleFixture fixture;
  private final ScaleAgent agent;
  private final Table table =
      Effort.table(1, "event", "ms after the request", "ms after its answer");

  EventsPart(ScaleFixture fixture, ScaleAgent agent) {
    this.fixture = fixture;
    this.agent = agent;
  }

  void run() {
    fixture.say("one node, " + RUNS + " times");
    Population nodes = fixture.nodes();
    List<Event> added = new ArrayList<>();
    List<Event> moved = new ArrayList<>();
    List<Event> removed = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      Peer peer = nodes.next();
      Peer elsewhere = peer.movedTo(nodes.next());
      added.add(event(() -> nodes.add(peer)));
      moved.add(event(() -> nodes.move(elsewhere)));
      removed.add(event(() -> nodes.remove(elsewhere)));
    }
    report("a node is added", added);
    report("a node gets other addresses", moved);
    report("a node is removed", removed);
    fixture.chapter(
        "One node among " + nodes.others().size(),
        "Until the last change was heard in the kernel: from when the request was sent to the API",
        "server, and from when it had answered. Median of " + RUNS + " (least–most).");
    table.print(fixture.out());
  }

  private Event event(Runnable request) {
    Effort.Watch watch = Effort.watch(fixture, agent);
    request.run();
    long answered = System.nanoTime();
    fixture.host().awaitChange();
    return new Event(answered, watch.end());
  }

  private void report(String what, List<Event> events) {
    Spread millis = Spread.of(events, event -> event.effort.millis());
    Spread messages = Spread.of(events, event -> event.effort.messages().all());
    Effort.typical(events.stream().map(Event::effort).toList())
        .addTo(
            table, what, millis.toString(), Spread.of(events, Event::millisAfterAnswer).toString());
    fixture.targets().atMost(what + ": in the kernel after", MOST_MILLIS, millis.median(), " ms");
    fixture.targets().atMost(what + ": messages", MOST_MESSAGES, messages.median(), "");
  }
}
