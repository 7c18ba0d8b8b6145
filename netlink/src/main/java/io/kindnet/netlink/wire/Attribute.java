package io.kindnet.netlink.wire;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One received attribute: {@code struct nlattr} and its value.
 *
 * @param type the type without its flags
 * @param value the value, in native byte order; not to be moved, so that it can be read again
 */
public record Attribute(int type, ByteBuffer value) {
  /** The value as an unsigned byte. */
  public int u8() {
    return sized(1).get(value.position()) & 0xff;
  }

  /** The value as an unsigned number of two bytes. */
  public int u16() {
    return sized(2).getShort(value.position()) & 0xffff;
  }

  /** The value as an unsigned number of two bytes in network byte order. */
  public int u16Be() {
    return sized(2).duplicate().order(ByteOrder.BIG_ENDIAN).getShort(value.position()) & 0xffff;
  }

  /** The value as a number of four bytes. */
  public int u32() {
    return sized(4).getInt(value.position());
  }

  /** The value as a number of four bytes in network byte order. */
  public int u32Be() {
    return sized(4).duplicate().order(ByteOrder.BIG_ENDIAN).getInt(value.position());
  }

  /** The value as a number of eight bytes in network byte order. */
  public long u64Be() {
    return sized(8).duplicate().order(ByteOrder.BIG_ENDIAN).getLong(value.position());
  }

  /** The value as UTF-8 text, up to its first NUL. */
  public String string() {
    byte[] bytes = bytes();
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** The value as an address, 4 or 16 bytes. */
  public InetAddress address() {
    int length = value.remaining();
    if (length != 4 && length != 16) {
      throw new MalformedMessageException(
          "attribute " + type + " has " + length + " bytes, an address has 4 or 16");
    }
    return IpAddresses.of(bytes());
  }

  /** A copy of the value. */
  public byte[] bytes() {
    byte[] bytes = new byte[value.remaining()];
    value.get(value.position(), bytes);
    return bytes;
  }

  /** The attributes inside. */
  public Attributes nested() {
    return Attributes.parse(value);
  }

  private ByteBuffer sized(int length) {
    if (value.remaining() < length) {
      throw new MalformedMessageException(
          "attribute " + type + " has " + value.remaining() + " bytes, " + length + " are needed");
    }
    return value;
  }
}
