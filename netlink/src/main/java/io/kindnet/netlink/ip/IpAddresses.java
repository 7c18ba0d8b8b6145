package io.kindnet.netlink.ip;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses from text and bytes, without any look-up. */
public final class IpAddresses {
  private IpAddresses() {}

  /**
   * Reads an address in its usual notation: four decimal numbers, or RFC 4291 section 2.2 without a
   * zone.
   *
   * @throws IllegalArgumentException if {@code text} is anything else, a host name for one
   */
  public static InetAddress parse(String text) {
    boolean six = text.indexOf(':') >= 0;
    if (six ? isPlausibleV6(text) : isDottedQuad(text)) {
      try {
        // the family is known: the JDK finds it out by trying the one and catching its exception
        return six ? Inet6Address.ofLiteral(text) : Inet4Address.ofLiteral(text);
      } catch (IllegalArgumentException notAnAddress) {
        // falls through to the message below, which names the text
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not an IP address");
  }

  /** The address in {@code bytes}, 4 or 16 in network order. */
  public static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException wrongLength) {
      throw new IllegalArgumentException(
          "an address has 4 or 16 bytes, not " + bytes.length, wrongLength);
    }
  }

  /** The address {@code offset} after {@code base}; wraps around at the end of the family. */
  public static InetAddress plus(InetAddress base, BigInteger offset) {
    byte[] bytes = base.getAddress();
    BigInteger modulus = BigInteger.ONE.shiftLeft(bytes.length * 8);
    byte[] sum = toInteger(base).add(offset).mod(modulus).toByteArray();
    byte[] result = new byte[bytes.length];
    int length = Math.min(sum.length, result.length);
    System.arraycopy(sum, sum.length - length, result, result.length - length, length);
    return of(result);
  }

  /** The address as a number, the first byte the most significant. */
  public static BigInteger toInteger(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  /**
   * The address in the notation of RFC 5952 (IPv6 compressed, lower case) or as four decimal
   * numbers.
   */
  public static String format(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4 ? address.getHostAddress() : Rfc5952.format(bytes);
  }

  private static boolean isPlausibleV6(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ':' && c != '.' && Character.digit(c, 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDottedQuad(String text) {
    int parts = 0;
    int digits = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : '.';
      if (c == '.') {
        boolean leadingZero = digits > 1 && text.charAt(i - digits) == '0';
        if (digits == 0 || digits > 3 || leadingZero) {
          return false;
        }
        parts++;
        digits = 0;
      } else if (c >= '0' && c <= '9') {
        digits++;
      } else {
        return false;
      }
    }
    return parts == 4;
  }
}
