package io.kindnet.netlink.route;

import java.util.HexFormat;

/**
 * An Ethernet address.
 *
 * @param value its 48 bits, the first byte the most significant
 */
public record MacAddress(long value) {
  static final int BYTES = 6;

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
