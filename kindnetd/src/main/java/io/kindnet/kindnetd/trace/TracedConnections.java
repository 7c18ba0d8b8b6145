package io.kindnet.kindnetd.trace;

import io.kindnet.kindnetd.packets.PacketHeader;
import io.kindnet.netlink.conntrack.Flow;
import io.kindnet.netlink.conntrack.FlowTuple;
import io.kindnet.netlink.nftables.TraceEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which packets belong to which connection, and which one answers which. */
final class TracedConnections {
  private final List<Flow> flows;

  /**
   * @param flows what connection tracking has
   */
  TracedConnections(List<Flow> flows) {
    this.flows = List.copyOf(flows);
  }

  /** Whether it goes against the direction in which its connection began. */
  boolean isReply(TracedPacket packet, PacketHeader header) {
    Optional<TraceEvent.Connection> connection = packet.connection();
    if (connection.isPresent()) {
      return connection.get().direction() != 0;
    }
    return flow(packet, header).filter(flow -> matches(flow.reply(), header)).isPresent();
  }

  /**
   * What connection tracking has of its connection.
   *
   * @param header how the packet is now, if its first one is not known
   */
  Optional<Flow> flow(TracedPacket packet, PacketHeader header) {
    PacketHeader first = packet.header().orElse(header);
    return flows.stream()
        .filter(flow -> matches(flow.original(), first) || matches(flow.reply(), first))
        .findFirst();
  }

  private static boolean matches(FlowTuple tuple, PacketHeader header) {
    return tuple.protocol() == header.protocol()
        && tuple.source().equals(header.source())
        && tuple.destination().equals(header.destination())
        && tuple.sourcePort() == Math.max(0, header.sourcePort())
        && tuple.destinationPort() == Math.max(0, header.destinationPort());
  }

  /**
   * The first packet that came the other way afterwards.
   *
   * @param packets all of them, in the order in which they came
   */
  Optional<PacketStory.Answer> answer(
      TracedPacket packet, PacketHeader header, List<TracedPacket> packets) {
    Optional<Flow> flow = flow(packet, header);
    for (int i = packets.indexOf(packet) + 1; i < packets.size(); i++) {
      Optional<PacketHeader> back = packets.get(i).header();
      if (back.isPresent()
          && (flow.isPresent()
              ? matches(flow.get().reply(), back.get())
              : isReverse(header, back.get()))) {
        return Optional.of(
            new PacketStory.Answer(
                i + 1, Duration.ofNanos(packets.get(i).nanos() - packet.nanos())));
      }
    }
    return Optional.empty();
  }

  private static boolean isReverse(PacketHeader one, PacketHeader other) {
    return one.protocol() == other.protocol()
        && one.source().equals(other.destination())
        && one.destination().equals(other.source())
        && one.sourcePort() == other.destinationPort()
        && one.destinationPort() == other.sourcePort();
  }
}
