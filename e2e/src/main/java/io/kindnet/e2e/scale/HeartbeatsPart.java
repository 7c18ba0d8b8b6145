package io.kindnet.e2e.scale;

import io.kindnet.measuring.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Kubelets say again and again that their nodes are well, each every ten seconds. */
final class HeartbeatsPart {
  private static final int INTERVAL_SECONDS = 10;

  /** An agent hears heartbeats for months, and has nothing left to compile. */
  private static final int WARM_UP_SECONDS = 20;

  /** In which each of the agent's regular checks falls as often as in any other. */
  private static final int SECONDS = 60;

  /** What 5,000 kubelets send that have nothing to say. */
  private static final int USUAL_PER_SECOND = 17;

  private static final double MOST_USUAL_PERCENT = 1;

  /** What many kubelets send whose nodes change all the time. */
  private static final int MANY_PER_SECOND = 300;

  private static final double MOST_PERCENT_OF_MANY = 10;

  private static final String PATCH =
      """
      {"status": {"conditions": [{"type": "MemoryPressure", "lastHeartbeatTime": "@NOW@"},
        {"type": "DiskPressure", "lastHeartbeatTime": "@NOW@"},
        {"type": "PIDPressure", "lastHeartbeatTime": "@NOW@"},
        {"type": "Ready", "lastHeartbeatTime": "@NOW@"}]}}
      """;

  private final ScaleFixture fixture;
  private final ScaleAgent agent;

  HeartbeatsPart(ScaleFixture fixture, ScaleAgent agent) {
    this.fixture = fixture;
    this.agent = agent;
  }

  void run() {
    List<Peer> peers = List.copyOf(fixture.nodes().others());
    double wanted = peers.size() / (double) INTERVAL_SECONDS;
    double idle = agent.percentOfCore(SECONDS);
    fixture.say(
        "heartbeats, first " + WARM_UP_SECONDS + " s that do not count, then " + SECONDS + " s");
    write(peers, wanted, WARM_UP_SECONDS);
    Effort.Watch watch = Effort.watch(fixture, agent);
    RequestRate.Outcome written = write(peers, wanted, SECONDS);
    Effort effort = watch.end();
    double millisEach = (effort.cpuMillis() - idle * SECONDS * 10) / written.count();
    double percent = millisEach * wanted / 10;
    Table table =
        Effort.table(
            0,
            "updates",
            "per s",
            "CPU ms per 1,000",
            String.format(Locale.ROOT, "%% of a core at %.0f per s", wanted),
            "% of a core without any");
    effort.addTo(
        table,
        String.valueOf(written.count()),
        String.format(Locale.ROOT, "%.0f", written.perSecond()),
        Table.hundredths(millisEach * 1000),
        Table.hundredths(percent),
        Table.hundredths(idle));
    fixture.chapter(
        "Heartbeats",
        "A status update of each node every "
            + INTERVAL_SECONDS
            + " s, or as many as the API server takes, for a minute; from its CPU that of a minute"
            + " without any is taken.");
    table.print(fixture.out());
    aim(USUAL_PER_SECOND, MOST_USUAL_PERCENT, millisEach);
    aim(MANY_PER_SECOND, MOST_PERCENT_OF_MANY, millisEach);
    fixture.targets().none("messages that write, because of them", effort.messages().writes());
  }

  private void aim(int perSecond, double mostPercent, double millisEach) {
    String what = "CPU for " + perSecond + " heartbeats a second, of one core";
    fixture.targets().atMost(what, mostPercent, millisEach * perSecond / 10, " %");
  }

  private RequestRate.Outcome write(List<Peer> peers, double perSecond, int seconds) {
    return RequestRate.send(
        perSecond,
        seconds,
        number -> {
          String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
          fixture.nodes().heartbeat(peers.get(number % peers.size()), PATCH.replace("@NOW@", now));
        });
  }
}
