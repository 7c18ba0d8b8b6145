package io.kindnet.bench;

import static io.kindnet.bench.Candidate.COLD;
import static io.kindnet.bench.Candidate.PEERS;
import static io.kindnet.bench.Candidate.WARM;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.measuring.Burst;
import io.kindnet.measuring.Job;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Pods that come and go many at a time, each with a host port, through the client. */
final class BurstPart {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Work WORK = Work.DUAL_STACK_PORT;
  private static final int MOST = 100;

  private record Level(int atOnce, int pods) {}

  /** One at a time the peers take seconds for each pod. */
  private static final List<Level> LEVELS =
      List.of(new Level(1, 5), new Level(4, 20), new Level(16, MOST), new Level(MOST, MOST));

  private final BenchFixture fixture;
  private final List<Pod> pods = new ArrayList<>();
  private final Table table =
      new Table(
          1,
          "program",
          "at once",
          "pods",
          "ADD per s",
          "ADD ms",
          "ADD CPU ms",
          "ADD failed",
          "DEL per s",
          "DEL ms",
          "DEL CPU ms",
          "DEL failed");

  BurstPart(BenchFixture fixture) {
    this.fixture = fixture;
    for (int i = 0; i < MOST; i++) {
      pods.add(new Pod("burst-" + i, fixture.podNamespace().path(), 20_000 + i));
    }
  }

  void run(PrintStream out, Targets targets) {
    for (Level level : LEVELS) {
      System.err.println("burst: " + level.atOnce + " at once");
      run(COLD, fixture.coldNode(), BenchFixture.kindnet(WORK), level, targets);
      run(WARM, fixture.warmNode(), BenchFixture.kindnet(WORK), level, targets);
      run(PEERS, fixture.peersNode(), BenchFixture.peers(WORK), level, targets);
    }
    fixture.agent().requireHandedOver();
    out.println("### Many pods at once");
    out.println();
    out.println(
        "Dual-stack with a host port each, through cnitool. CPU is of one call, with that of");
    out.println("cnitool and of the agent.");
    table.print(out);
  }

  private void run(
      String who, Node node, NetworkConfiguration network, Level level, Targets targets) {
    boolean kindnet = !who.equals(PEERS);
    ThroughClient client = fixture.throughClient(node, network);
    List<Pod> some = pods.subList(0, level.pods);
    Burst added = node.meter().run(jobs("add", some, client), level.atOnce);
    if (kindnet) {
      checkAdded(node, some, added);
    }
    Burst deleted = node.meter().run(jobs("del", some, client), level.atOnce);
    if (kindnet) {
      checkNothingLeft(node);
      if (level.atOnce == MOST) {
        targets.none(who + ": " + MOST + " ADDs at once, failed", added.failures());
        targets.none(who + ": " + MOST + " DELs at once, failed", deleted.failures());
      }
      if (level.atOnce == MOST && who.equals(WARM)) {
        targets.atLeast(who + ": " + MOST + " ADDs at once", 120, added.perSecond(), " per s");
      }
    }
    table.row(
        who,
        String.valueOf(level.atOnce),
        String.valueOf(level.pods),
        String.format(Locale.ROOT, "%.1f", added.perSecond()),
        Spread.of(added.samples(), Sample::wallMillis).toString(),
        String.format(Locale.ROOT, "%.1f", added.cpuMillisEach()),
        String.valueOf(added.failures()),
        String.format(Locale.ROOT, "%.1f", deleted.perSecond()),
        Spread.of(deleted.samples(), Sample::wallMillis).toString(),
        String.format(Locale.ROOT, "%.1f", deleted.cpuMillisEach()),
        String.valueOf(deleted.failures()));
  }

  private static List<Job> jobs(String verb, List<Pod> pods, ThroughClient client) {
    return pods.stream().map(pod -> client.job(verb, pod)).toList();
  }

  /** Every pod that was added has addresses of its own, a row, and its port in both maps. */
  private static void checkAdded(Node node, List<Pod> pods, Burst added) {
    Set<String> addresses = new HashSet<>();
    long succeeded = pods.size() - added.failures();
    for (Sample sample : added.samples()) {
      if (sample.exit() == 0) {
        ips(sample.output()).forEach(ip -> addresses.add(ip.path("address").asText()));
      }
    }
    require("distinct addresses", 2 * succeeded, addresses.size());
    require("rows of pods", succeeded, node.rows("pods"));
    require("rows of host ports", 2 * succeeded, node.rows("portmap_entries"));
    require("elements of hostport-any-v4", succeeded, node.hostPorts("hostport-any-v4"));
    require("elements of hostport-any-v6", succeeded, node.hostPorts("hostport-any-v6"));
  }

  private static void checkNothingLeft(Node node) {
    require("rows of pods left", 0, node.rows("pods"));
    require("elements of hostport-any-v4 left", 0, node.hostPorts("hostport-any-v4"));
    require("elements of hostport-any-v6 left", 0, node.hostPorts("hostport-any-v6"));
  }

  private static void require(String what, long wanted, long found) {
    if (wanted != found) {
      throw new AssertionError(what + ": " + found + " instead of " + wanted);
    }
  }

  private static JsonNode ips(String result) {
    try {
      return JSON.readTree(result).path("ips");
    } catch (JsonProcessingException notJson) {
      throw new AssertionError("the client printed no JSON: " + result, notJson);
    }
  }
}
