package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.EtcdClient;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The agent has a view of all Pods of the cluster, as policies need it. */
final class PodsPart {
  private static final int RUNS = 3;
  private static final double MOST_BYTES = 600;
  private static final double MOST_SYNC_SECONDS = 10;

  /** What a cluster of 50,000 Pods has where all are replaced within half an hour or so. */
  private static final int EVENTS_PER_SECOND = 600;

  private static final double MOST_PERCENT = 25;
  private static final int WARM_UP_SECONDS = 20;
  private static final int SECONDS = 60;

  /**
   * One start.
   *
   * @param synced seconds from the start of the process until it had all Pods
   * @param cpu seconds until then
   * @param peak MiB until then
   */
  private record Start(double synced, double cpu, double peak) {}

  private final ScaleFixture fixture;
  private final PodPopulation pods;
  private int replaced;

  PodsPart(ScaleFixture fixture, PodPopulation pods) {
    this.fixture = fixture;
    this.pods = pods;
  }

  /** Makes the Pods, and measures without other agents beside its own. */
  void run() {
    fixture.say("Pods: " + pods.count());
    try (EtcdClient etcd = fixture.cluster().etcd()) {
      pods.fill(etcd);
    }
    long bytesWithout = bytesWithoutPods();
    List<Start> starts = new ArrayList<>();
    for (int run = 1; run < RUNS; run++) {
      fixture.say("start " + run + " with a view of all Pods");
      try (ScaleAgent agent = fixture.host().startAgentWithPods()) {
        starts.add(watch(agent));
      }
    }
    fixture.say("start " + RUNS + " with a view of all Pods, which is then used");
    try (ScaleAgent agent = fixture.host().startAgentWithPods()) {
      starts.add(watch(agent));
      agent.awaitInPlace();
      fixture.host().settle(fixture.nodes().expected());
      double bytes = (double) (agent.liveBytes() - bytesWithout) / pods.count();
      report(starts, bytes, agent);
      events(agent);
    }
  }

  private long bytesWithoutPods() {
    fixture.say("start without Pods");
    try (ScaleAgent agent = fixture.host().startAgentWithoutPolicies()) {
      agent.awaitInPlace();
      fixture.host().settle(fixture.nodes().expected());
      return agent.liveBytes();
    }
  }

  private Start watch(ScaleAgent agent) {
    double synced = agent.awaitListed("Pods");
    double cpu = agent.process().cpuMillis() / 1000;
    double peak = agent.process().mebibytes("VmHWM");
    agent.awaitLine(pods.count() + " Pods after ");
    return new Start(synced, cpu, peak);
  }

  private void report(List<Start> starts, double bytes, ScaleAgent agent) {
    Table table =
        new Table(
            0,
            "Pods",
            "start to list s",
            "CPU s until then",
            "peak MiB",
            "settled MiB",
            "bytes of heap per Pod");
    table.row(
        String.valueOf(pods.count()),
        spread(starts, Start::synced),
        spread(starts, Start::cpu),
        spread(starts, Start::peak),
        tenths(agent.process().mebibytes("VmRSS")),
        tenths(bytes));
    fixture.chapter(
        "All Pods",
        pods.describe() + ", dual-stack. The agent watches Nodes, too; from the start of its",
        "process. Median of " + RUNS + " (least–most). The heap is what is in use after a full",
        "collection, less that of an agent without Pods.");
    table.print(fixture.out());
    fixture.targets().atMost("heap of the agent for each Pod", MOST_BYTES, bytes, " bytes");
    double synced = Spread.of(starts, Start::synced).median();
    fixture.targets().atMost("from the start to all Pods", MOST_SYNC_SECONDS, synced, " s");
  }

  private void events(ScaleAgent agent) {
    double idle = agent.percentOfCore(SECONDS);
    fixture.say("Pod events, " + WARM_UP_SECONDS + " s that do not count, then " + SECONDS + " s");
    replace(WARM_UP_SECONDS);
    Effort.Watch watch = Effort.watch(fixture, agent);
    RequestRate.Outcome written = replace(SECONDS);
    agent.awaitLine(pods.count() + " Pods after " + replaced * PodPopulation.CHANGES + " changes");
    Effort effort = watch.end();
    int events = written.count() * PodPopulation.EVENTS;
    double millisEach = (effort.cpuMillis() - idle * written.seconds() * 10) / events;
    double percent = millisEach * EVENTS_PER_SECOND / 10;
    Table table =
        Effort.table(
            0,
            "events",
            "per s",
            "CPU ms per 1,000",
            "% of a core at " + EVENTS_PER_SECOND + " per s",
            "% of a core without any");
    effort.addTo(
        table,
        String.valueOf(events),
        String.format(Locale.ROOT, "%.0f", events / written.seconds()),
        Table.hundredths(millisEach * 1000),
        Table.hundredths(percent),
        Table.hundredths(idle));
    fixture.chapter(
        "Pod events",
        "A Pod is deleted, another one made in its place, which gets addresses, and the condition",
        "of a Pod is written, again and again for a minute; from its CPU that of a minute without",
        "any is taken. Every change is in the view in the end.");
    table.print(fixture.out());
    String what = "CPU for " + EVENTS_PER_SECOND + " Pod events a second, of one core";
    fixture.targets().atMost(what, MOST_PERCENT, percent, " %");
  }

  private RequestRate.Outcome replace(int seconds) {
    int first = replaced;
    RequestRate.Outcome outcome =
        RequestRate.send(
            (double) EVENTS_PER_SECOND / PodPopulation.EVENTS,
            seconds,
            number -> pods.replaceAndTouch(first + number));
    replaced += outcome.count();
    return outcome;
  }

  private static String spread(List<Start> starts, ToDoubleFunction<Start> figure) {
    Spread spread = Spread.of(starts, figure);
    return String.format(
        Locale.ROOT, "%.2f (%.2f–%.2f)", spread.median(), spread.least(), spread.most());
  }

  private static String tenths(double figure) {
    return String.format(Locale.ROOT, "%.1f", figure);
  }
}
