package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.Set;

/**
 * The prefix in whose addresses of IPv6 those of IPv4 are: RFC 6052, section 2.2.
 *
 * @param prefix of 32, 40, 48, 56, 64 or 96 bits; bits 64 to 71 are 0
 */
record TranslationPrefix(IpPrefix prefix) {
  /** Those that RFC 6052 has. */
  static final Set<Integer> LENGTHS = Set.of(32, 40, 48, 56, 64, 96);

  /** Bits 64 to 71 of an address, which are 0. */
  private static final int RESERVED_BYTE = 8;

  TranslationPrefix {
    if (prefix.family() != AddressFamily.IPV6
        || !LENGTHS.contains(prefix.length())
        || prefix.address().getAddress()[RESERVED_BYTE] != 0) {
      throw new IllegalArgumentException(
          prefix + ": a prefix of RFC 6052 has 32, 40, 48, 56, 64 or 96 bits, and 0 in bits 64-71");
    }
  }

  /** The address of IPv6 for {@code address}. */
  InetAddress embed(InetAddress address) {
    byte[] bytes = prefix.address().getAddress().clone();
    byte[] embedded = address.getAddress();
    for (int i = 0; i < embedded.length; i++) {
      bytes[place(i)] = embedded[i];
    }
    return IpAddresses.of(bytes);
  }

  /** The addresses of IPv6 for {@code part} of IPv4. */
  IpPrefix embed(IpPrefix part) {
    int last = part.length() == 0 ? -1 : (part.length() - 1) / Byte.SIZE;
    int length =
        last < 0 ? prefix.length() : place(last) * Byte.SIZE + (part.length() - 1) % Byte.SIZE + 1;
    return new IpPrefix(embed(part.address()), length);
  }

  private int place(int index) {
    int at = prefix.length() / Byte.SIZE + index;
    return prefix.length() < 96 && at >= RESERVED_BYTE ? at + 1 : at;
  }
}
