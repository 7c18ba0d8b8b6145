package io.kindnet.kindnetd.trace;

import io.kindnet.kindnetd.packets.PacketHeader;
import io.kindnet.netlink.nftables.TraceEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A packet, and what happened to it in its order. For one thread. */
final class TracedPacket {
  private final long nanos;
  private final List<TraceEvent> events = new ArrayList<>();
  private final Set<String> entered = new HashSet<>();

  /**
   * @param nanos when it was first seen, of {@link System#nanoTime}
   */
  TracedPacket(long nanos) {
    this.nanos = nanos;
  }

  /**
   * It goes through a chain that traces it.
   *
   * @return false if it went through that before: then it is another packet
   */
  boolean enter(String chain) {
    return entered.add(chain);
  }

  void add(TraceEvent event) {
    events.add(event);
  }

  long nanos() {
    return nanos;
  }

  List<TraceEvent> events() {
    return events;
  }

  /** The first headers that were told: as it arrived. */
  Optional<PacketHeader> header() {
    return events.stream().flatMap(event -> header(event).stream()).findFirst();
  }

  /** The last headers that were told: as it went on. */
  Optional<PacketHeader> lastHeader() {
    return events.reversed().stream().flatMap(event -> header(event).stream()).findFirst();
  }

  /** The connection that it belongs to, where the kernel tells. */
  Optional<TraceEvent.Connection> connection() {
    return events.reversed().stream().flatMap(event -> event.connection().stream()).findFirst();
  }

  /** Where it ended, if a rule or a policy dropped it. */
  Optional<TraceEvent> drop() {
    return events.stream().filter(event -> event.verdict().isDrop()).findFirst();
  }

  /** What an event says of the packet itself. */
  static Optional<PacketHeader> header(TraceEvent event) {
    return event
        .packet()
        .flatMap(headers -> {
          ByteBuffer network = headers.network().duplicate();
          ByteBuffer transport = headers.transport().duplicate();
          ByteBuffer whole = ByteBuffer.allocate(network.remaining() + transport.remaining());
          return PacketHeader.parse(whole.put(network).put(transport).flip());
        });
  }
}
