package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.Map;
import java.util.Optional;

/**
 * What can be nobody's pods anywhere: the special purposes of RFC 6890 for which the kernel has its
 * own rules. 240.0.0.0/4 is none of them, Linux treats it as any other network.
 */
final class ReservedRanges {
  private static final RangeIndex<String> RANGES = new RangeIndex<>();

  static {
    add("0.0.0.0/8", "this network");
    add("127.0.0.0/8", "loopback");
    add("169.254.0.0/16", "link-local");
    add("224.0.0.0/4", "multicast");
    add("255.255.255.255/32", "broadcast");
    add("::/128", "unspecified");
    add("::1/128", "loopback");
    add("fe80::/10", "link-local");
    add("ff00::/8", "multicast");
    // ::ffff:0:0/96, which no prefix can be here, since Java takes it for IPv4
    RANGES.put(
        new CidrRange(AddressFamily.IPV6, new AddressBits(0, 0xffff_0000_0000L), 96),
        "::ffff:0:0/96 (IPv4-mapped)");
  }

  private ReservedRanges() {}

  private static void add(String prefix, String purpose) {
    RANGES.put(CidrRange.of(IpPrefix.parse(prefix)), prefix + " (" + purpose + ")");
  }

  /** The reserved range that {@code range} overlaps, and its purpose. */
  static Optional<String> overlapping(CidrRange range) {
    return RANGES.overlapping(range).map(Map.Entry::getValue);
  }
}
