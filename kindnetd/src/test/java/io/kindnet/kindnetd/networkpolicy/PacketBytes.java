package io.kindnet.kindnetd.networkpolicy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/** The bytes of packets, which have a number in them that they are known by where they arrive. */
final class PacketBytes {
  private static final byte[] MAGIC = "kindnet!".getBytes(US_ASCII);
  private static final int SHORTEST_HEADER = 20;

  private PacketBytes() {}

  /**
   * A packet as it goes over the wire.
   *
   * @param index a number to know it by
   */
  static ByteBuffer of(PacketWire.Packet packet, int index) {
    byte[] payload = payload(packet, index);
    byte[] source = packet.source().getAddress();
    byte[] destination = packet.destination().getAddress();
    ByteBuffer bytes;
    if (source.length == 4) {
      bytes = ByteBuffer.allocate(20 + payload.length);
      bytes.put((byte) 0x45).put((byte) 0).putShort((short) bytes.capacity());
      bytes.putInt(0).put((byte) 64).put((byte) packet.protocol()).putShort((short) 0);
      bytes.put(source).put(destination);
      bytes.putShort(10, (short) checksum(bytes.array(), 20));
    } else {
      bytes = ByteBuffer.allocate(40 + payload.length);
      bytes.putInt(0x60000000).putShort((short) payload.length);
      bytes.put((byte) packet.protocol()).put((byte) 64).put(source).put(destination);
    }
    return bytes.put(payload).flip();
  }

  /** What a header has to be to be taken for one; nobody looks at checksums. */
  private static byte[] payload(PacketWire.Packet packet, int index) {
    ByteBuffer payload = ByteBuffer.allocate(20 + MAGIC.length + 4);
    switch (packet.protocol()) {
      case 6 ->
          payload
              .putShort((short) 33333)
              .putShort((short) packet.port())
              .putInt(1)
              .putInt(0)
              .putInt(0x50020000)
              .putInt(0);
      case 17 ->
          payload
              .putShort((short) 33333)
              .putShort((short) packet.port())
              .putShort((short) payload.capacity())
              .putShort((short) 0)
              .position(20);
      case 132 -> payload.putShort((short) 33333).putShort((short) packet.port()).position(20);
      case 1 -> payload.putInt(0x08000000).position(20);
      case 58 -> payload.putInt(0x80000000).position(20);
      default -> payload.position(20);
    }
    return payload.put(MAGIC).putInt(index).array();
  }

  private static int checksum(byte[] bytes, int length) {
    int sum = 0;
    for (int i = 0; i < length; i += 2) {
      sum += (bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff);
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum;
  }

  /** The number of a packet that {@link #of} has made; empty for any other one. */
  static OptionalInt index(ByteBuffer bytes) {
    for (int at = bytes.limit() - MAGIC.length - Integer.BYTES; at >= SHORTEST_HEADER; at--) {
      if (isMagic(bytes, at)) {
        return OptionalInt.of(bytes.order(ByteOrder.BIG_ENDIAN).getInt(at + MAGIC.length));
      }
    }
    return OptionalInt.empty();
  }

  private static boolean isMagic(ByteBuffer bytes, int at) {
    for (int i = 0; i < MAGIC.length; i++) {
      if (bytes.get(at + i) != MAGIC[i]) {
        return false;
      }
    }
    return true;
  }
}
