package io.kindnet.netlink.ip;

import java.net.Inet4Address;
import java.net.InetAddress;

/** An address family, with its number in {@code linux/socket.h}. */
public enum AddressFamily {
  IPV4(2, 32),
  IPV6(10, 128);

  private final int number;
  private final int bits;

  AddressFamily(int number, int bits) {
    this.number = number;
    this.bits = bits;
  }

  /** The family of {@code address}. */
  public static AddressFamily of(InetAddress address) {
    return address instanceof Inet4Address ? IPV4 : IPV6;
  }

  /**
   * The family with the number that the kernel uses.
   *
   * @throws IllegalArgumentException if it is neither {@code AF_INET} nor {@code AF_INET6}
   */
  public static AddressFamily ofNumber(int number) {
    return switch (number) {
      case 2 -> IPV4;
      case 10 -> IPV6;
      default ->
          throw new IllegalArgumentException(
              "address family " + number + " is neither AF_INET nor AF_INET6");
    };
  }

  /** {@code AF_INET} (2) or {@code AF_INET6} (10). */
  public int number() {
    return number;
  }

  /** The length of an address in bits: 32 or 128. */
  public int bits() {
    return bits;
  }

  /** The length of an address in bytes: 4 or 16. */
  public int bytes() {
    return bits / 8;
  }

  /** The address that stands for any or none: {@code 0.0.0.0} or {@code ::}. */
  public InetAddress unspecified() {
    return IpAddresses.of(new byte[bytes()]);
  }
}
