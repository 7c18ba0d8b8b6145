package io.kindnet.kindnetd.nat64;

import java.nio.ByteBuffer;

/** The Internet checksum, as RFC 1071 has it: independent of what is tested with it. */
final class Checksums {
  private Checksums() {}

  /** The complement of the sum over {@code parts}, one after the other; each has an even length. */
  static int of(byte[]... parts) {
    long sum = 0;
    for (byte[] part : parts) {
      for (int i = 0; i < part.length; i++) {
        sum += (long) (part[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
      }
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) ~sum & 0xffff;
  }

  /** The pseudo header of IPv4: RFC 9293, section 3.1. */
  static byte[] pseudo4(byte[] source, byte[] destination, int protocol, int length) {
    return ByteBuffer.allocate(12)
        .put(source)
        .put(destination)
        .putShort((short) protocol)
        .putShort((short) length)
        .array();
  }

  /** The pseudo header of IPv6: RFC 8200, section 8.1. */
  static byte[] pseudo6(byte[] source, byte[] destination, int protocol, int length) {
    return ByteBuffer.allocate(40)
        .put(source)
        .put(destination)
        .putInt(length)
        .putInt(protocol)
        .array();
  }
}
