package io.kindnet.kindnetd.conntrack;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.ConntrackStatistics;
import io.kindnet.netlink.conntrack.FlowReports;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.wire.BulkSubscription.Taken;
import io.kindnet.netlink.wire.MalformedMessageException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the connections of the node, from the kernel's notifications. Pods can do without it:
 * where the kernel tells of no connections, {@code /readyz} says so.
 */
public final class ConntrackAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(ConntrackAgent.class);
  private static final String NAME = "conntrack";
  private static final Duration LONG = Duration.ofHours(1);

  /** Some ten thousand notifications, with what the kernel adds to each: a burst. */
  private static final int BUFFER_BYTES = 16 << 20;

  /**
   * How long notifications wait, so that many are read at once: to wake a thread for each of them
   * would take longer than the connection itself, on the processor that sends its packets. The
   * buffer holds what comes in this time at a million notifications a second.
   */
  private static final Duration GATHER = Duration.ofMillis(10);

  /**
   * The same, where a notification does not say when it was: the smallest time that metrics tell.
   */
  private static final Duration GATHER_UNDATED = Duration.ofMillis(1);

  /**
   * How long the kernel is left alone after it was too fast: where nobody listens, connections cost
   * what they cost without this agent.
   */
  private static final Duration REST = Duration.ofSeconds(5);

  private static final Duration FRESH = Duration.ofSeconds(1);

  private static final Set<ConntrackStatistics.Counter> COUNTERS =
      EnumSet.allOf(ConntrackStatistics.Counter.class);

  private final ConntrackSettings settings;
  private final int bufferBytes;
  private final AgentStatus status;
  private final ConnectionMetrics metrics;
  private volatile List<String> problems = List.of();
  private volatile @Nullable ConntrackSocket socket;
  private @Nullable FlowReports reports;
  private Optional<ConntrackStatistics> statistics = Optional.empty();
  private long readAt;

  /**
   * @param settings the sysctls that it needs
   */
  public ConntrackAgent(ConntrackSettings settings, Status status) {
    this(settings, BUFFER_BYTES, status);
  }

  /**
   * @param bufferBytes how much the kernel keeps of what was not read yet
   */
  ConntrackAgent(ConntrackSettings settings, int bufferBytes, Status status) {
    this.settings = settings;
    this.bufferBytes = bufferBytes;
    this.status = status.optionalAgent(NAME);
    this.metrics = new ConnectionMetrics(status);
    this.status.detail(this::description);
    status.optionalGauge(
        "kindnet_conntrack_entries_total",
        "Connections that conntrack has now.",
        () -> statistics().map(all -> (double) all.entries()));
    status.optionalGauge(
        "kindnet_conntrack_entries_max",
        "Connections that conntrack has room for.",
        () -> statistics().map(all -> (double) all.maximum()));
    for (ConntrackStatistics.Counter counter : COUNTERS) {
      String name = counter.name().toLowerCase(Locale.ROOT);
      status.counter(
          "kindnet_conntrack_stats_" + name + "_total",
          "What conntrack has counted as "
              + name
              + ", on all processors; 0 where the kernel does not count it.",
          List.of(),
          () ->
              statistics()
                  .map(ConntrackStatistics::counters)
                  .map(all -> Map.of(List.<String>of(), all.getOrDefault(counter, 0L)))
                  .orElse(Map.of()));
    }
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    FlowReports opened;
    try {
      opened = FlowReports.open(bufferBytes);
    } catch (KernelException refusal) {
      if (refusal.errno() != Errno.EPROTONOSUPPORT) {
        throw refusal;
      }
      problems = List.of("this kernel tells of no connections: " + refusal.getMessage());
      problems.forEach(problem -> log.warn("{}: {}", NAME, problem));
      status.beginReady();
      return;
    }
    try {
      socket = ConntrackSocket.open();
      problems = settings.enable();
      problems.forEach(problem -> log.warn("{}: {}", NAME, problem));
    } catch (RuntimeException failure) {
      opened.close();
      throw failure;
    }
    reports = opened;
    Thread.ofPlatform().daemon().name(NAME).start(() -> read(opened));
    status.beginReady();
  }

  private void read(FlowReports from) {
    try {
      while (!from.isClosed()) {
        if (from.await(LONG)) {
          from.pause(metrics.dated() ? GATHER : GATHER_UNDATED);
          if (take(from).lost()) {
            metrics.lost();
            rest(from);
          }
        }
      }
    } catch (KernelException failure) {
      log.warn("{}: connections are not counted any more: {}", NAME, failure.getMessage());
      status.failed(String.valueOf(failure.getMessage()));
    }
  }

  /** Of connections that come faster than they are counted, some are missed anyway. */
  private void rest(FlowReports from) {
    from.suspend();
    while (take(from).messages() > 0) {
      // what had been told before
    }
    from.pause(REST);
    from.resume();
  }

  private Taken take(FlowReports from) {
    try {
      Instant time = Instant.now();
      long now = time.getEpochSecond() * 1_000_000_000L + time.getNano();
      return from.take(report -> metrics.take(report, now));
    } catch (MalformedMessageException unreadable) {
      log.warn("{}: {}", NAME, unreadable.getMessage());
      return new Taken(0, false);
    }
  }

  /** Asked for by each metric: all of a page have the same answer. */
  private synchronized Optional<ConntrackStatistics> statistics() {
    long now = System.nanoTime();
    if (statistics.isEmpty() || now - readAt > FRESH.toNanos()) {
      statistics = read();
      readAt = now;
    }
    return statistics;
  }

  private Optional<ConntrackStatistics> read() {
    ConntrackSocket opened = socket;
    if (opened == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(opened.statistics());
    } catch (KernelException unreadable) {
      log.debug("{}: no statistics: {}", NAME, unreadable.getMessage());
      return Optional.empty();
    }
  }

  private Optional<String> description() {
    List<String> all = new ArrayList<>(problems);
    if (metrics.timesLost() > 0) {
      all.add(
          "notifications were lost "
              + metrics.timesLost()
              + " times, because they came too fast: the metrics miss some connections, and all for "
              + REST.toSeconds()
              + " s each time");
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
  }

  @Override
  public void close() {
    if (reports != null) {
      reports.close();
    }
    ConntrackSocket opened = socket;
    if (opened != null) {
      socket = null;
      opened.close();
    }
  }

  /** Nothing but the settings, which {@code --cleanup} puts back. */
  @Override
  public void removeState() {}
}
