package io.kindnet.kindnetd.conntrack;

import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.conntrack.FlowEvent;
import io.kindnet.netlink.conntrack.FlowReport;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleConsumer;
import java.util.function.Function;

/**
 * The metrics of connections, under the names that the original has for them. Takes notifications
 * on one thread; the numbers are for any.
 */
final class ConnectionMetrics {
  private static final double NANOS = 1e9;
  private static final double NANOS_OF_MILLI = 1e6;
  private static final int MOST_UNANSWERED = 1 << 14;
  private static final int IPPROTO_TCP = 6;

  /** Those of the original, and further ones for what is larger than it expects. */
  private static final double[] AMOUNTS = {
    1, 5, 10, 50, 100, 500, 1e3, 5e3, 1e4, 5e4, 1e5, 1e6, 1e7, 1e8, 1e9
  };

  private static final double[] SECONDS = {
    0, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 3600, 7200, 18000, 36000, 72000
  };
  private static final double[] MILLISECONDS = {
    0, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 3600, 7200, 10000
  };

  private final Map<FlowEvent.Kind, AtomicLong> events = new HashMap<>();
  private final AtomicLong overruns = new AtomicLong();
  private final ReplyTimes unanswered = new ReplyTimes(MOST_UNANSWERED);
  private final Function<String, DoubleConsumer> bytes;
  private final Function<String, DoubleConsumer> packets;
  private final Function<String, DoubleConsumer> seconds;
  private final DoubleConsumer replyMilliseconds;
  private final Map<Integer, Amounts> amounts = new HashMap<>();
  private boolean dated;

  /** The histograms of one protocol. */
  private record Amounts(DoubleConsumer bytes, DoubleConsumer packets, DoubleConsumer seconds) {}

  ConnectionMetrics(Status status) {
    for (FlowEvent.Kind kind : FlowEvent.Kind.values()) {
      events.put(kind, new AtomicLong());
    }
    this.bytes =
        status.histogram(
            "kindnet_conntrack_connection_bytes_total",
            "Bytes of a connection in both directions, told at its end.",
            "protocol",
            AMOUNTS);
    this.packets =
        status.histogram(
            "kindnet_conntrack_connection_packets_total",
            "Packets of a connection in both directions, told at its end.",
            "protocol",
            AMOUNTS);
    this.seconds =
        status.histogram(
            "kindnet_conntrack_connection_duration_seconds",
            "Time from the begin of a connection to its end, that in which conntrack waits for more"
                + " included.",
            "protocol",
            SECONDS);
    this.replyMilliseconds =
        status.histogram(
            "kindnet_conntrack_tcp_connection_seen_reply_latency_milliseconds",
            "Time from the first packet of a TCP connection to its answer.",
            MILLISECONDS);
    status.gauge(
        "kindnet_conntrack_events_counter",
        "Notifications of conntrack that were read: connections that began (new), TCP connections"
            + " that were answered (update), connections that ended (destroy). Only grows.",
        List.of("type"),
        () -> {
          Map<List<String>, Double> values = new HashMap<>();
          events.forEach((kind, count) -> values.put(List.of(word(kind)), count.doubleValue()));
          return values;
        });
    status.counter(
        "kindnet_conntrack_lost_events_total",
        "How many times notifications of conntrack were lost, because they came faster than they"
            + " were read.",
        List.of(),
        () -> Map.of(List.of(), overruns.get()));
  }

  private static String word(FlowEvent.Kind kind) {
    return switch (kind) {
      case NEW -> "new";
      case CHANGED -> "update";
      case DESTROYED -> "destroy";
    };
  }

  /**
   * One notification.
   *
   * @param now in nanoseconds since 1970, for kernels that do not say when it was
   */
  void take(FlowReport report, long now) {
    dated = report.eventNanos() != 0;
    AtomicLong count = events.get(report.kind());
    if (count != null) {
      count.lazySet(count.getPlain() + 1);
    }
    boolean tcp = report.protocol() == IPPROTO_TCP;
    switch (report.kind()) {
      case NEW -> {
        if (tcp) {
          unanswered.began(report.id(), time(report, now));
        }
      }
      case CHANGED -> {
        if (report.tcpState() == FlowReport.TCP_CONNTRACK_SYN_RECV) {
          answered(report.id(), time(report, now));
        }
      }
      case DESTROYED -> {
        if (tcp) {
          unanswered.take(report.id());
        }
        ended(report);
      }
    }
  }

  /** Whether the last notification said when it was, as those of Linux 6.14 and newer do. */
  boolean dated() {
    return dated;
  }

  private static long time(FlowReport report, long now) {
    return report.eventNanos() == 0 ? now : report.eventNanos();
  }

  private void answered(int id, long nanos) {
    long began = unanswered.take(id);
    if (began != 0) {
      replyMilliseconds.accept(Math.max(0, nanos - began) / NANOS_OF_MILLI);
    }
  }

  private void ended(FlowReport report) {
    Amounts of = amounts.computeIfAbsent(report.protocol(), this::amounts);
    if (report.startNanos() != 0 && report.stopNanos() != 0) {
      of.seconds.accept(Math.max(0, report.stopNanos() - report.startNanos()) / NANOS);
    }
    if (report.packets() != 0) {
      of.bytes.accept((double) report.bytes());
      of.packets.accept((double) report.packets());
    }
  }

  private Amounts amounts(int protocol) {
    String name = Protocols.name(protocol).toLowerCase(Locale.ROOT);
    return new Amounts(bytes.apply(name), packets.apply(name), seconds.apply(name));
  }

  /** Notifications were lost, nobody knows how many. */
  void lost() {
    overruns.incrementAndGet();
  }

  /** How many times notifications were lost. */
  long timesLost() {
    return overruns.get();
  }
}
