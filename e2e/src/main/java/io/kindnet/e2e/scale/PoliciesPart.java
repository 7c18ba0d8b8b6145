package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.EtcdClient;
import io.kindnet.e2e.cluster.Machine;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The agent enforces network policies. */
final class PoliciesPart {
  private static final int POLICIES = 1000;
  private static final int LOCAL_PODS = 200;
  private static final int STARTS = 3;
  private static final int EVENTS = 15;
  private static final double MOST_SECONDS = 5;
  private static final double MOST_TIMES_NFT = 2;
  private static final double MOST_MILLIS = 20;
  private static final double MOST_MESSAGES = 4;
  private static final double MOST_MIB = 40;
  private static final double MIB = 1 << 20;

  private static final String TABLE = "inet " + KernelState.POLICY_TABLE;
  private static final String TEXT = "/run/policies.nft";

  /**
   * One start on a kernel without the table.
   *
   * @param views seconds from the start of the process until all views were complete
   * @param inPlace seconds from then until the table was in place
   * @param nft seconds that nft took for the same table in an empty network namespace
   * @param cpu seconds of CPU of the agent until then
   * @param peak the most memory that it had until then, in MiB
   */
  private record Start(double views, double inPlace, double nft, double cpu, double peak) {
    double timesNft() {
      return inPlace / nft;
    }
  }

  /**
   * A Pod of another node got another label.
   *
   * @param millis from when the request was sent until the kernel had changed
   * @param messages that the agent sent
   */
  private record Event(double millis, double messages) {}

  private final ScaleFixture fixture;
  private final PodPopulation pods;

  PoliciesPart(ScaleFixture fixture, PodPopulation pods) {
    this.fixture = fixture;
    this.pods = pods;
  }

  /** Makes the policies, and measures without other agents beside its own. */
  void run() {
    fixture.say("Pods: " + pods.count() + ", policies: " + POLICIES);
    try (EtcdClient etcd = fixture.cluster().etcd()) {
      pods.fill(etcd);
    }
    PolicyPopulation policies = pods.policies();
    policies.addPolicies(POLICIES);
    Peer self = fixture.nodes().self();
    policies.addLocalPods(self, LOCAL_PODS);
    double viewsOnly = bytesOfViews();
    try (ScaleAgent agent = fixture.host().startAgent()) {
      agent.awaitReady("network-policy"); // which has made a database
    }
    policies.connectLocalPods(machine(), self, LOCAL_PODS);

    List<Start> starts = new ArrayList<>();
    for (int run = 1; run < STARTS; run++) {
      starts.add(start(run).start());
    }
    Started last = start(STARTS);
    starts.add(last.start());
    try (ScaleAgent agent = last.agent()) {
      report(starts, (agent.liveBytes() - viewsOnly) / MIB);
      events(agent);
    }
  }

  private Machine machine() {
    return fixture.cluster().node(1).machine();
  }

  private double bytesOfViews() {
    fixture.say("start with views only");
    try (ScaleAgent agent = fixture.host().startAgentWithPods()) {
      agent.awaitListed("Pods");
      agent.awaitLine((pods.count() + LOCAL_PODS) + " Pods after ");
      agent.awaitInPlace();
      fixture.host().settle(fixture.nodes().expected());
      return agent.liveBytes();
    }
  }

  private record Started(Start start, ScaleAgent agent) {}

  private Started start(int number) {
    fixture.say("start " + number + " on an empty kernel, with policies");
    fixture.host().clearKernel();
    ScaleAgent agent = fixture.host().startAgent();
    double views = 0;
    for (String kind : List.of("Pods", "Namespaces", "NetworkPolicies")) {
      views = Math.max(views, agent.awaitListed(kind));
    }
    double inPlace = agent.awaitReady("network-policy") - views;
    double cpu = agent.process().cpuMillis() / 1000;
    double peak = agent.process().mebibytes("VmHWM");
    requireTable();
    Started started = new Started(new Start(views, inPlace, nftSeconds(), cpu, peak), agent);
    if (number < STARTS) {
      agent.close();
    } else {
      agent.awaitInPlace();
      fixture.host().settle(fixture.nodes().expected());
    }
    return started;
  }

  /** All pods of the node have their classes, in both families. */
  private void requireTable() {
    Machine machine = machine();
    machine.run("sh", "-c", "nft --stateless list table " + TABLE + " >" + TEXT);
    for (String chain : List.of("postrouting", "input", "sources")) {
      machine.run("grep", "--quiet", "chain " + chain + " {", TEXT);
    }
    for (String direction : List.of("ingress", "egress")) {
      String found =
          machine.run("sh", "-c", "grep -o ' : jump " + direction + "-' " + TEXT + " | wc -l");
      if (Integer.parseInt(found.strip()) != 2 * LOCAL_PODS) {
        throw new AssertionError(
            "the table has classes of " + direction + " for " + found.strip() + " addresses");
      }
    }
  }

  private double nftSeconds() {
    Machine machine = machine();
    machine.run("unshare", "--net", "true");
    long begin = System.nanoTime();
    machine.run("unshare", "--net", "nft", "--file", TEXT);
    return (System.nanoTime() - begin) / 1e9;
  }

  private void report(List<Start> starts, double mebibytes) {
    Table table =
        new Table(
            0,
            "local pods",
            "policies",
            "elements",
            "views complete s",
            "table in place s later",
            "nft -f s",
            "CPU s",
            "peak MiB",
            "MiB of heap more than the views");
    table.row(
        String.valueOf(LOCAL_PODS),
        String.valueOf(POLICIES),
        elements(),
        spread(starts, Start::views),
        spread(starts, Start::inPlace),
        spread(starts, Start::nft),
        spread(starts, Start::cpu),
        spread(starts, Start::peak),
        String.format(Locale.ROOT, "%.1f", mebibytes));
    fixture.chapter(
        "Network policies",
        pods.describe()
            + ". Two policies in each namespace: all within it, and some between apps of",
        "all namespaces. On a kernel without the table; median of "
            + STARTS
            + " (least–most). nft loads",
        "what it lists of the table afterwards, in an empty network namespace.");
    table.print(fixture.out());
    fixture
        .targets()
        .atMost(
            "policies in place, after the views are complete",
            MOST_SECONDS,
            Spread.of(starts, Start::inPlace).median(),
            " s");
    fixture
        .targets()
        .atMost(
            "policies in place, beside nft -f",
            MOST_TIMES_NFT,
            Spread.of(starts, Start::timesNft).median(),
            " ×");
    fixture.targets().atMost("heap for policies, besides the views", MOST_MIB, mebibytes, " MiB");
  }

  private String elements() {
    return machine().run("sh", "-c", "grep -o ',' " + TEXT + " | wc -l").strip();
  }

  private void events(ScaleAgent agent) {
    fixture.say("one Pod gets another label, " + EVENTS + " times");
    List<Event> events = new ArrayList<>();
    for (int run = -2; run < EVENTS; run++) {
      String app = run % 2 == 0 ? "none" : "checkout";
      Messages before = agent.messages();
      fixture.host().mark();
      long begin = System.nanoTime();
      pods.relabel(0, app);
      fixture.host().awaitChange();
      double millis = (fixture.host().settle(fixture.nodes().expected()).last() - begin) / 1e6;
      if (run >= 0) {
        events.add(new Event(millis, agent.messages().since(before).writes()));
      }
    }
    Messages before = agent.messages();
    pods.annotate(0);
    fixture.host().settle(fixture.nodes().expected());
    long ofOther = agent.messages().since(before).writes();
    Table table = new Table(1, "event", "ms in the kernel", "messages");
    table.row(
        "a Pod elsewhere gets another label",
        Spread.of(events, Event::millis).toString(),
        Spread.of(events, Event::messages).toString());
    table.row("it gets an annotation", "–", String.valueOf(ofOther));
    fixture.chapter(
        "One Pod among " + pods.count(),
        "From when the request was sent to the API server until the last change was heard in the",
        "kernel. Median of " + EVENTS + " (least–most).");
    table.print(fixture.out());
    fixture
        .targets()
        .atMost(
            "a Pod gets another label: in the kernel after",
            MOST_MILLIS,
            Spread.of(events, Event::millis).median(),
            " ms");
    fixture
        .targets()
        .atMost(
            "a Pod gets another label: messages",
            MOST_MESSAGES,
            Spread.of(events, Event::messages).median(),
            "");
    fixture.targets().none("a Pod gets an annotation: messages", ofOther);
  }

  private static String spread(List<Start> starts, ToDoubleFunction<Start> figure) {
    Spread spread = Spread.of(starts, figure);
    return String.format(
        Locale.ROOT, "%.2f (%.2f–%.2f)", spread.median(), spread.least(), spread.most());
  }
}
