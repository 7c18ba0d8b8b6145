package io.kindnet.kindnetd.networkpolicy.denials;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.packets.PacketHeader;
import io.kindnet.kindnetd.packets.PodNames;
import io.kindnet.netlink.nflog.LoggedPacket;
import io.kindnet.netlink.nflog.NflogSocket.Packets;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Makes lines of packets: one for each connection, so many in a second at most, and now and then
 * one that says how many were left out. For one thread; the counts are for any.
 */
final class DenialLog {
  private static final int LINES_PER_SECOND = 20;
  private static final int BURST = 100;
  private static final int MOST_CONNECTIONS = 4096;

  /** A SYN is sent again after up to 64 s. */
  private static final Duration QUIET = Duration.ofMinutes(2);

  private static final Duration LEFT_OUT_INTERVAL = Duration.ofSeconds(10);

  private final DenyReasons reasons;
  private final PodNames pods;
  private final DenialLines lines;
  private final LongSupplier nanoTime;
  private final RecentConnections recent = new RecentConnections(MOST_CONNECTIONS, QUIET.toNanos());
  private final LineLimit limit;
  private final AtomicLong logged = new AtomicLong();
  private final AtomicLong leftOut = new AtomicLong();
  private long leftOutSinceLine;
  private long lastLeftOutLine;

  private record Connection(Direction direction, PacketHeader header) {}

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  DenialLog(DenyReasons reasons, PodNames pods, DenialLines lines, LongSupplier nanoTime) {
    this.reasons = reasons;
    this.pods = pods;
    this.lines = lines;
    this.nanoTime = nanoTime;
    long now = nanoTime.getAsLong();
    this.limit = new LineLimit(LINES_PER_SECOND, BURST, now);
    this.lastLeftOutLine = now;
  }

  /** Takes what has come, which may be nothing. */
  void take(Packets packets) {
    for (LoggedPacket packet : packets.packets()) {
      take(packet);
    }
    leaveOut(packets.missing());
    sayLeftOut(nanoTime.getAsLong());
  }

  private void take(LoggedPacket packet) {
    Optional<DenialLogRule> rule = DenialLogRule.parse(packet.prefix());
    Optional<PacketHeader> header = PacketHeader.parse(packet.payload());
    if (rule.isEmpty() || header.isEmpty()) {
      return; // of somebody who logs to the same group
    }
    Direction direction = rule.get().direction();
    Connection connection = new Connection(direction, header.get());
    long now = nanoTime.getAsLong();
    if (!recent.isNew(connection, now)) {
      return;
    }
    if (!limit.tryTake(now)) {
      recent.forget(connection); // its next packet may have a line
      leaveOut(1);
      return;
    }
    logged.incrementAndGet();
    lines.denied(denial(direction, header.get(), rule.get().chain()));
  }

  private Denial denial(Direction direction, PacketHeader header, String chain) {
    Denial.Side source = side(header.source());
    Denial.Side destination = side(header.destination());
    boolean ingress = direction == Direction.INGRESS;
    DenyReason reason =
        reasons
            .of(direction, chain)
            .orElseGet(() -> new DenyReason(DenyReason.Kind.UNKNOWN, List.of()));
    return new Denial(
        direction,
        ingress ? destination : source,
        ingress ? source : destination,
        header,
        chain,
        reason);
  }

  private Denial.Side side(InetAddress address) {
    return new Denial.Side(address, pods.at(address));
  }

  private void leaveOut(long packets) {
    leftOut.addAndGet(packets);
    leftOutSinceLine += packets;
  }

  private void sayLeftOut(long now) {
    long since = now - lastLeftOutLine;
    if (leftOutSinceLine > 0 && since >= LEFT_OUT_INTERVAL.toNanos()) {
      lines.leftOut(leftOutSinceLine, Duration.ofNanos(since));
      leftOutSinceLine = 0;
    }
    if (leftOutSinceLine == 0) {
      lastLeftOutLine = now;
    }
  }

  /** How many connections have a line. */
  long logged() {
    return logged.get();
  }

  /** How many packets were left out: of connections beyond the limit, or not read in time. */
  long leftOut() {
    return leftOut.get();
  }
}
