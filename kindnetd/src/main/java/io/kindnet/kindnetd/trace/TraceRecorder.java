package io.kindnet.kindnetd.trace;

import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TraceEvent;
import io.kindnet.netlink.nftables.TraceEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Has the kernel trace packets, and collects what it tells, until there are enough. */
final class TraceRecorder implements AutoCloseable {
  /** How long the end of a packet's way may come after its begin. */
  private static final Duration SETTLE = Duration.ofMillis(200);

  private final TraceQuestion question;
  private final TraceEvents events;
  private final NftablesSocket owner;
  private final Table table;
  private final List<TracedPacket> packets = new ArrayList<>();
  private final Map<Integer, TracedPacket> latest = new HashMap<>();
  private boolean lost;

  private TraceRecorder(
      TraceQuestion question, TraceEvents events, NftablesSocket owner, Table table) {
    this.question = question;
    this.events = events;
    this.owner = owner;
    this.table = table;
  }

  /**
   * Begins, in the network namespace of the calling thread.
   *
   * @throws IllegalStateException if the kernel cannot, with the reason
   */
  static TraceRecorder start(TraceQuestion question) {
    TraceTable table = new TraceTable(question);
    TraceEvents events = TraceEvents.open();
    NftablesSocket owner = NftablesSocket.open();
    try {
      table.create(owner);
    } catch (RuntimeException refusal) {
      owner.close();
      events.close();
      throw refusal;
    }
    return new TraceRecorder(question, events, owner, table.table());
  }

  /** Waits until there are enough packets, or for as long as was asked for. */
  void record() {
    long end = System.nanoTime() + question.timeout().toNanos();
    long left = question.timeout().toNanos();
    while (left > 0 && packets.size() < question.count()) {
      take(Duration.ofNanos(left));
      left = end - System.nanoTime();
    }
    owner.close();
    take(SETTLE);
  }

  private void take(Duration wait) {
    TraceEvents.Batch batch = events.next(wait);
    lost |= batch.lost();
    long now = System.nanoTime();
    for (TraceEvent event : batch.events()) {
      boolean own = event.table().equals(table);
      TracedPacket packet = latest.get(event.id());
      // the kernel uses an ID again: one that goes through the same chain once more is another one
      if (own && event.packet().isPresent() && (packet == null || !packet.enter(event.chain()))) {
        if (packets.size() >= question.count()) {
          latest.remove(event.id());
          continue;
        }
        packet = new TracedPacket(now);
        packet.enter(event.chain());
        packets.add(packet);
        latest.put(event.id(), packet);
      }
      if (packet != null && (!own || event.packet().isPresent())) {
        packet.add(event);
      }
    }
  }

  /** In the order in which they came. */
  List<TracedPacket> packets() {
    return packets;
  }

  /** Whether the table is the one of this recorder, which is no part of the story. */
  boolean isOwn(Table other) {
    return other.equals(table);
  }

  /** Whether something is missing, because it came faster than it was read. */
  boolean lost() {
    return lost;
  }

  /** The kernel removes the table with the socket. */
  @Override
  public void close() {
    owner.close();
    events.close();
  }
}
