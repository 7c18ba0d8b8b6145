package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * An Ethernet address.
 *
 * @param value its 48 bits, the first byte the most significant
 */
public record MacAddress(long value) {
  static final int BYTES = 6;

  /** The first byte's bits of IEEE 802: sent to a group, and chosen by nobody's register. */
  private static final long GROUP = 0x01L << 40;

  private static final long LOCAL = 0x02L << 40;
  private static final long ALL_BITS = (1L << (8 * BYTES)) - 1;

  private static final int TEXT_LENGTH = 3 * BYTES - 1;

  /** Refuses a value of more than 48 bits. */
  public MacAddress {
    if (value >>> (8 * BYTES) != 0) {
      throw new IllegalArgumentException(Long.toHexString(value) + " has more than 48 bits");
    }
  }

  /** The address in six bytes. */
  public static MacAddress of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("an Ethernet address has 6 bytes, not " + bytes.length);
    }
    long value = 0;
    for (byte b : bytes) {
      value = value << 8 | (b & 0xff);
    }
    return new MacAddress(value);
  }

  /** A random address of one interface (unicast), locally administered. */
  public static MacAddress random(RandomGenerator random) {
    return new MacAddress((random.nextLong() & ALL_BITS & ~GROUP) | LOCAL);
  }

  /**
   * Reads {@code 02:00:5e:10:00:01}, in upper or lower case.
   *
   * @throws IllegalArgumentException naming {@code text}, if it is anything else
   */
  public static MacAddress parse(String text) {
    long value = 0;
    boolean wellFormed = text.length() == TEXT_LENGTH;
    for (int i = 0; wellFormed && i < TEXT_LENGTH; i++) {
      char c = text.charAt(i);
      if (i % 3 == 2) {
        wellFormed = c == ':';
      } else {
        wellFormed = HexFormat.isHexDigit(c);
        value = wellFormed ? value << 4 | HexFormat.fromHexDigit(c) : 0;
      }
    }
    if (!wellFormed) {
      throw new IllegalArgumentException("'" + text + "' is not an Ethernet address");
    }
    return new MacAddress(value);
  }

  /** The six bytes. */
  public byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bytes[i] = (byte) (value >>> (8 * (BYTES - 1 - i)));
    }
    return bytes;
  }

  /**
   * The link-local IPv6 address that the kernel makes of it: {@code fe80::} and the modified EUI-64
   * identifier (RFC 4291, appendix A).
   */
  public InetAddress linkLocal() {
    byte[] mac = bytes();
    byte[] address = new byte[AddressFamily.IPV6.bytes()];
    address[0] = (byte) 0xfe;
    address[1] = (byte) 0x80;
    address[8] = (byte) (mac[0] ^ 0x02);
    address[9] = mac[1];
    address[10] = mac[2];
    address[11] = (byte) 0xff;
    address[12] = (byte) 0xfe;
    address[13] = mac[3];
    address[14] = mac[4];
    address[15] = mac[5];
    return IpAddresses.of(address);
  }

  /** Pairs of lower-case hex digits between colons. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(TEXT_LENGTH);
    for (int shift = 8 * (BYTES - 1); shift >= 0; shift -= 8) {
      int b = (int) (value >>> shift) & 0xff;
      text.append(HexFormat.of().toHexDigits((byte) b));
      if (shift > 0) {
        text.append(':');
      }
    }
    return text.toString();
  }
}
