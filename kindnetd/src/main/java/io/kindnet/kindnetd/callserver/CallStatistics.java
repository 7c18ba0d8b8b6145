package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.protocol.AgentReport;
import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.kindnetd.status.CallMetrics;
import io.kindnet.kindnetd.status.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** How many calls were served since the agent began, and how long they took. */
final class CallStatistics {
  /** So many of the last calls of a verb make its median. */
  private static final int REMEMBERED = 1024;

  private final String version;
  private final CallMetrics metrics;
  private final Map<String, Verb> verbs = new ConcurrentHashMap<>();

  /**
   * @param version what to call this program
   * @param cold how many calls of each verb the plugin served alone
   */
  CallStatistics(String version, Status status, Supplier<Map<String, Long>> cold) {
    this.version = version;
    this.metrics = status.calls(this::calls, cold);
  }

  private Map<String, Long> calls() {
    Map<String, Long> calls = new HashMap<>();
    verbs.forEach((name, verb) -> calls.put(name, verb.calls()));
    return calls;
  }

  /** Whether calls are answered from now on. */
  void serving(boolean now) {
    metrics.serving(now);
  }

  /** A call was left to the plugin. */
  void declined() {
    metrics.declined();
  }

  /** A call was answered. */
  void answered(String command, int exitCode, long nanos) {
    String name = name(command);
    metrics.answered(name, exitCode != 0, nanos);
    verbs.computeIfAbsent(name, verb -> new Verb()).add(exitCode != 0, nanos);
  }

  /** What is no verb must not make a name of its own. */
  private static String name(String command) {
    for (CniCommand known : CniCommand.values()) {
      if (known.name().equals(command)) {
        return command;
      }
    }
    return "invalid";
  }

  /** The whole of it, for {@code cni-kindnet status}. */
  String describe() {
    List<AgentReport.Verb> summaries = new ArrayList<>();
    new TreeMap<>(verbs).forEach((name, verb) -> summaries.add(verb.summary(name)));
    return new AgentReport(version, summaries).toJson();
  }

  /** The calls of one verb. */
  private static final class Verb {
    private final long[] last = new long[REMEMBERED];
    private long calls;
    private long errors;

    synchronized void add(boolean failed, long nanos) {
      last[(int) (calls % REMEMBERED)] = nanos;
      calls++;
      errors += failed ? 1 : 0;
    }

    synchronized long calls() {
      return calls;
    }

    synchronized AgentReport.Verb summary(String name) {
      long[] sorted = Arrays.copyOf(last, (int) Math.min(calls, REMEMBERED));
      Arrays.sort(sorted);
      long median = TimeUnit.NANOSECONDS.toMicros(sorted[sorted.length / 2]);
      return new AgentReport.Verb(name, calls, errors, median);
    }
  }
}
