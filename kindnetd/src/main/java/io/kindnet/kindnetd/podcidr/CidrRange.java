package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;

/**
 * A prefix by its first and its last address, which compare faster than a prefix does.
 *
 * @param length of the prefix, in bits
 */
record CidrRange(AddressFamily family, AddressBits first, AddressBits last, int length) {
  private static final AddressBits ONE = new AddressBits(0, 1);

  static CidrRange of(IpPrefix prefix) {
    return of(prefix.family(), AddressBits.of(prefix.address()), prefix.length());
  }

  static CidrRange of(InetAddress address) {
    AddressFamily family = AddressFamily.of(address);
    return of(family, AddressBits.of(address), family.bits());
  }

  /**
   * @param first has no bits behind {@code length}
   */
  static CidrRange of(AddressFamily family, AddressBits first, int length) {
    // an IPv4 address has its bits in front, so that the last one fills up the rest in both
    // families
    return new CidrRange(family, first, first.plus(AddressBits.sizeOf(length)).minus(ONE), length);
  }

  /** Whether {@code other} lies inside; a range contains itself. */
  boolean contains(CidrRange other) {
    return family == other.family
        && length <= other.length
        && first.compareTo(other.first) <= 0
        && other.last.compareTo(last) <= 0;
  }

  /** Whether some address lies in both. */
  boolean overlaps(CidrRange other) {
    return contains(other) || other.contains(this);
  }

  /** In CIDR notation. */
  @Override
  public String toString() {
    return IpAddresses.format(IpAddresses.of(first.toBytes(family.bytes()))) + "/" + length;
  }
}
