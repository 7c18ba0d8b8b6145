package io.kindnet.netlink.libc;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A UDP header and what follows it ({@code struct udphdr} of {@code linux/udp.h}, RFC 768). */
final class UdpDatagram {
  private static final int HEADER = 8;
  private static final int CHECKSUM = 6;
  private static final int IPPROTO_UDP = 17;

  private UdpDatagram() {}

  /** The remaining bytes of {@code message} behind a header. */
  static byte[] of(InetSocketAddress source, InetSocketAddress destination, ByteBuffer message) {
    int length = HEADER + message.remaining();
    ByteBuffer datagram = ByteBuffer.allocate(length);
    datagram.putShort((short) source.getPort()).putShort((short) destination.getPort());
    datagram.putShort((short) length).putShort((short) 0).put(message.duplicate());
    long sum = sum(source.getAddress().getAddress()) + sum(destination.getAddress().getAddress());
    datagram.putShort(CHECKSUM, checksum(sum + IPPROTO_UDP + length + sum(datagram.array())));
    return datagram.array();
  }

  /** Of pairs of bytes, the last one filled up with zero. */
  private static long sum(byte[] bytes) {
    long sum = 0;
    for (int i = 0; i < bytes.length; i++) {
      int octet = bytes[i] & 0xff;
      sum += i % 2 == 0 ? octet << 8 : octet;
    }
    return sum;
  }

  /** Zero would say that there is none. */
  private static short checksum(long sum) {
    long folded = sum;
    while (folded >> 16 != 0) {
      folded = (folded & 0xffff) + (folded >> 16);
    }
    short complement = (short) ~folded;
    return complement == 0 ? (short) 0xffff : complement;
  }
}
