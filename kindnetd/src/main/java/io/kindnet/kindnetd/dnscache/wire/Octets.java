package io.kindnet.kindnetd.dnscache.wire;

import java.nio.ByteBuffer;

/** Numbers in network byte order, whatever the byte order of the buffer. */
final class Octets {
  private Octets() {}

  static int unsignedByte(ByteBuffer buffer, int at) {
    return buffer.get(at) & 0xff;
  }

  static int unsignedShort(ByteBuffer buffer, int at) {
    return (unsignedByte(buffer, at) << 8) | unsignedByte(buffer, at + 1);
  }

  static int unsignedShort(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
  }

  static long unsignedInt(ByteBuffer buffer, int at) {
    return ((long) unsignedShort(buffer, at) << 16) | unsignedShort(buffer, at + 2);
  }

  static void putShort(ByteBuffer buffer, int at, int value) {
    buffer.put(at, (byte) (value >> 8));
    buffer.put(at + 1, (byte) value);
  }

  static void putInt(ByteBuffer buffer, int at, long value) {
    putShort(buffer, at, (int) (value >> 16));
    putShort(buffer, at + 2, (int) value);
  }

  /** An ASCII letter in lower case (RFC 4343), other octets as they are. */
  static byte lowerCase(byte octet) {
    return octet >= 'A' && octet <= 'Z' ? (byte) (octet | 0x20) : octet;
  }
}
