package io.kindnet.netlink.iptables;

import io.kindnet.netlink.ip.AddressFamily;

/**
 * Where the fields of an entry are, in bytes from its beginning: {@code struct ipt_entry} of {@code
 * linux/netfilter_ipv4/ip_tables.h} and {@code struct ip6t_entry} of {@code
 * linux/netfilter_ipv6/ip6_tables.h}, on 64-bit systems.
 *
 * @param domain the address family of the socket
 * @param level of its options, {@code IPPROTO_IP} or {@code IPPROTO_IPV6}
 * @param flags which byte of {@code struct ipt_ip} has the flags
 * @param gotoFlag {@code IPT_F_GOTO} or {@code IP6T_F_GOTO} of them
 * @param conditions how long that struct is: all of it is 0 where there is no condition
 * @param targetOffset where {@code target_offset} is
 * @param nextOffset where {@code next_offset} is
 * @param length of the entry, behind which its matches begin
 */
record EntryLayout(
    int domain,
    int level,
    int flags,
    int gotoFlag,
    int conditions,
    int targetOffset,
    int nextOffset,
    int length) {
  private static final int IPPROTO_IP = 0; // linux/in.h
  private static final int IPPROTO_IPV6 = 41; // linux/in6.h

  private static final EntryLayout IPV4 =
      new EntryLayout(AddressFamily.IPV4.number(), IPPROTO_IP, 82, 0x02, 84, 88, 90, 112);
  private static final EntryLayout IPV6 =
      new EntryLayout(AddressFamily.IPV6.number(), IPPROTO_IPV6, 131, 0x04, 136, 140, 142, 168);

  static EntryLayout of(AddressFamily family) {
    return family == AddressFamily.IPV4 ? IPV4 : IPV6;
  }
}
