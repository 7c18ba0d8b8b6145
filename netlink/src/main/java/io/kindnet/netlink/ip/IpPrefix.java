package io.kindnet.netlink.ip;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A network prefix in CIDR notation, such as {@code 10.244.1.0/24}. The bits behind the length are
 * always zero, so that equal networks are equal values.
 *
 * @param address the base address of the network
 * @param length the length in bits, 0 to 32 or 0 to 128
 */
public record IpPrefix(InetAddress address, int length) {
  /** Clears the bits of {@code address} behind {@code length}. */
  public IpPrefix {
    AddressFamily family = AddressFamily.of(address);
    if (length < 0 || length > family.bits()) {
      throw new IllegalArgumentException(
          "prefix length " + length + " is not between 0 and " + family.bits());
    }
    address = mask(address, length);
  }

  /**
   * Reads {@code ADDRESS/LENGTH}; set bits behind the length are cleared.
   *
   * @throws IllegalArgumentException naming {@code text}, if it is anything else
   */
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash > 0) {
      String length = text.substring(slash + 1);
      if (isDecimal(length)) {
        try {
          return new IpPrefix(
              IpAddresses.parse(text.substring(0, slash)), Integer.parseInt(length));
        } catch (IllegalArgumentException reason) {
          throw new IllegalArgumentException(
              "'" + text + "' is not a CIDR: " + reason.getMessage(), reason);
        }
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not a CIDR (ADDRESS/LENGTH)");
  }

  /** The prefix of full length: {@code /32} or {@code /128}. */
  public static IpPrefix host(InetAddress address) {
    return new IpPrefix(address, AddressFamily.of(address).bits());
  }

  /** The family of the address. */
  public AddressFamily family() {
    return AddressFamily.of(address);
  }

  /** Whether {@code other} is of this family and lies inside; a prefix contains itself. */
  public boolean contains(IpPrefix other) {
    return other.length >= length && contains(other.address);
  }

  /** Whether {@code other} is of this family and lies inside. */
  public boolean contains(InetAddress other) {
    return family() == AddressFamily.of(other) && mask(other, length).equals(address);
  }

  /** Whether some address lies in both. */
  public boolean overlaps(IpPrefix other) {
    return contains(other) || other.contains(this);
  }

  /** How many addresses there are, 2^(bits - length). */
  public BigInteger size() {
    return BigInteger.ONE.shiftLeft(family().bits() - length);
  }

  /** The highest address. */
  public InetAddress last() {
    return IpAddresses.plus(address, size().subtract(BigInteger.ONE));
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IpPrefix prefix
        && length == prefix.length
        && address.equals(prefix.address);
  }

  @Override
  public int hashCode() {
    return 31 * address.hashCode() + length;
  }

  @Override
  public String toString() {
    return IpAddresses.format(address) + "/" + length;
  }

  private static boolean isDecimal(String text) {
    boolean leadingZero = text.length() > 1 && text.charAt(0) == '0';
    if (text.isEmpty() || text.length() > 3 || leadingZero) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static InetAddress mask(InetAddress address, int length) {
    byte[] bytes = address.getAddress();
    byte[] masked = Arrays.copyOf(bytes, bytes.length);
    for (int i = 0; i < masked.length; i++) {
      int keep = Math.clamp(length - 8L * i, 0, 8);
      masked[i] &= (byte) (0xff00 >> keep);
    }
    return IpAddresses.of(masked);
  }
}
