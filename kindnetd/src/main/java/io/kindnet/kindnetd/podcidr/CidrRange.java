package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;

/**
 * A prefix by the bits of its first address, which compare faster than addresses do. In its order,
 * which is within a family, what lies in a range comes next after it.
 *
 * @param first without bits behind {@code length}
 * @param length of the prefix, in bits
 */
record CidrRange(AddressFamily family, AddressBits first, int length)
    implements Comparable<CidrRange> {
  static CidrRange of(IpPrefix prefix) {
    return new CidrRange(prefix.family(), AddressBits.of(prefix.address()), prefix.length());
  }

  static CidrRange of(InetAddress address) {
    AddressFamily family = AddressFamily.of(address);
    return new CidrRange(family, AddressBits.of(address), family.bits());
  }

  /** Whether {@code other} lies inside; a range contains itself. */
  boolean contains(CidrRange other) {
    return family == other.family
        && length <= other.length
        && ((first.high() ^ other.first.high()) & mask(length)) == 0
        && ((first.low() ^ other.first.low()) & mask(length - Long.SIZE)) == 0;
  }

  /** The first {@code bits} bits: none if it is negative, all if it is more than there are. */
  private static long mask(int bits) {
    if (bits <= 0) {
      return 0;
    }
    return bits >= Long.SIZE ? -1 : -1L << (Long.SIZE - bits);
  }

  /** Whether some address lies in both. */
  boolean overlaps(CidrRange other) {
    return contains(other) || other.contains(this);
  }

  /** Its first address, in the usual notation. */
  String firstAddress() {
    return IpAddresses.format(IpAddresses.of(first.toBytes(family.bytes())));
  }

  @Override
  public int compareTo(CidrRange other) {
    int order = first.compareTo(other.first);
    return order != 0 ? order : Integer.compare(length, other.length);
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof CidrRange range
        && length == range.length
        && family == range.family
        && first.equals(range.first);
  }

  @Override
  public int hashCode() {
    return 31 * first.hashCode() + length;
  }

  /** In CIDR notation. */
  @Override
  public String toString() {
    return firstAddress() + "/" + length;
  }
}
