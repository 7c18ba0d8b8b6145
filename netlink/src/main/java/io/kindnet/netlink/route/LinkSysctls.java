package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /proc/sys/net/ipv4/conf/LINK} and {@code ipv6/conf/LINK} say of one link, as the
 * kernel tells it with the link itself: {@code IFLA_INET_CONF} and {@code IFLA_INET6_CONF} of
 * {@code linux/if_link.h}. Each file that need not be read spares three system calls. One of them,
 * {@code addr_gen_mode}, is better not read at all: as long as anybody holds the lock of rtnetlink,
 * the kernel has the reader try again and again ({@code restart_syscall} in {@code
 * addrconf_sysctl_addr_gen_mode} of {@code net/ipv6/addrconf.c}).
 */
public final class LinkSysctls {
  /**
   * The places of numbers in {@code IFLA_INET_CONF}: {@code IPV4_DEVCONF_} of {@code linux/ip.h}
   * less one.
   */
  private static final Map<String, Integer> IPV4 = Map.of("forwarding", 0, "arp_ignore", 18);

  /** The places of numbers in {@code IFLA_INET6_CONF}: {@code DEVCONF_} of {@code linux/ipv6.h}. */
  private static final Map<String, Integer> IPV6 =
      Map.of(
          "forwarding", 0,
          "hop_limit", 1,
          "accept_ra", 3,
          "dad_transmits", 6,
          "disable_ipv6", 26,
          "accept_dad", 27,
          "addr_gen_mode", 47);

  private final @Nullable ByteBuffer ipv4;
  private final @Nullable ByteBuffer ipv6;

  /**
   * @param ipv4 the value of {@code IFLA_INET_CONF}, null where the link has no IPv4
   * @param ipv6 the value of {@code IFLA_INET6_CONF}, null where the link has no IPv6
   */
  LinkSysctls(@Nullable ByteBuffer ipv4, @Nullable ByteBuffer ipv6) {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
  }

  /**
   * The number that the file has.
   *
   * @param name of the file, such as {@code accept_ra}
   * @return empty where the link is without {@code family}, the kernel does not tell this one, or
   *     nobody here has asked for it yet
   */
  public OptionalInt find(AddressFamily family, String name) {
    ByteBuffer numbers = family == AddressFamily.IPV4 ? ipv4 : ipv6;
    Integer place = (family == AddressFamily.IPV4 ? IPV4 : IPV6).get(name);
    if (numbers == null || place == null || numbers.remaining() < (place + 1) * Integer.BYTES) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(numbers.getInt(numbers.position() + place * Integer.BYTES));
  }
}
