package io.kindnet.kindnetd.packetlog;

import io.kindnet.kindnetd.packets.LogLine;
import io.kindnet.kindnetd.packets.PacketHeader;
import io.kindnet.kindnetd.packets.PodNames;
import io.kindnet.netlink.nflog.LoggedPacket;
import io.kindnet.netlink.nflog.NflogSocket.Packets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Makes a line of each packet. For one thread; the counts are for any. */
final class PacketLines {
  private static final int TCP_LENGTH = 20;
  private static final String[] TCP_FLAGS = {
    "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"
  };
  private static final int IPV4 = 4;
  private static final int IPV6_HEADER = 40;

  private final PodNames pods;
  private final IntFunction<String> interfaces;
  private final Function<String, LogLine> begin;
  private final AtomicLong logged = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();

  /**
   * @param interfaces the names of interfaces by their indices
   * @param begin begins a line with a message
   */
  PacketLines(PodNames pods, IntFunction<String> interfaces, Function<String, LogLine> begin) {
    this.pods = pods;
    this.interfaces = interfaces;
    this.begin = begin;
  }

  /** Takes what has come, which may be nothing. */
  void take(Packets packets) {
    for (LoggedPacket packet : packets.packets()) {
      Optional<PacketHeader> header = PacketHeader.parse(packet.payload());
      if (header.isPresent()) {
        write(packet, header.get());
        logged.incrementAndGet();
      }
    }
    if (packets.missing() > 0) {
      lost.addAndGet(packets.missing());
      begin.apply("Packets without a line").number("count", packets.missing()).write();
    }
  }

  private void write(LoggedPacket packet, PacketHeader header) {
    LogLine line =
        begin
            .apply("Packet")
            .text("in", interfaces.apply(packet.inInterface()))
            .side("source", header.source(), pods.at(header.source()))
            .side("destination", header.destination(), pods.at(header.destination()))
            .transport(header)
            .number("length", length(packet.payload()));
    if (header.protocol() == PacketHeader.IPPROTO_TCP) {
      tcp(line, packet.payload());
    }
    if (packet.mark() != 0) {
      line.text("mark", "0x" + Integer.toHexString(packet.mark()));
    }
    line.write();
  }

  /** Of the whole packet, its IP header included. */
  private static int length(ByteBuffer payload) {
    ByteBuffer bytes = payload.slice().order(ByteOrder.BIG_ENDIAN);
    return (bytes.get(0) >> 4 & 0xf) == IPV4
        ? bytes.getShort(2) & 0xffff
        : IPV6_HEADER + (bytes.getShort(4) & 0xffff);
  }

  private static void tcp(LogLine line, ByteBuffer payload) {
    ByteBuffer bytes = payload.slice().order(ByteOrder.BIG_ENDIAN);
    OptionalInt at = PacketHeader.transportOffset(payload);
    if (at.isEmpty() || at.getAsInt() + TCP_LENGTH > bytes.limit()) {
      return;
    }
    int flags = bytes.get(at.getAsInt() + 13) & 0xff;
    StringBuilder names = new StringBuilder();
    for (int bit = 0; bit < TCP_FLAGS.length; bit++) {
      if ((flags & 1 << bit) != 0) {
        names.append(names.isEmpty() ? "" : ",").append(TCP_FLAGS[bit]);
      }
    }
    line.text("flags", names.toString())
        .number("seq", Integer.toUnsignedLong(bytes.getInt(at.getAsInt() + 4)))
        .number("ack", Integer.toUnsignedLong(bytes.getInt(at.getAsInt() + 8)))
        .number("window", bytes.getShort(at.getAsInt() + 14) & 0xffff);
  }

  /** How many packets have a line. */
  long logged() {
    return logged.get();
  }

  /** How many packets came faster than they were read. */
  long lost() {
    return lost.get();
  }
}
