package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;

/**
 * What NAT64 was asked for.
 *
 * @param enabled {@code --nat64}: whether there is any, where the pods of the node have IPv6 only
 * @param prefix {@code --nat64-prefix}: in whose addresses those of IPv4 are; of a length that RFC
 *     6052 has
 * @param pool {@code --nat64-pool}: the addresses of IPv4 that pods have between translation and
 *     masquerading; none ever leaves the node
 * @param allowed {@code --nat64-allow}: what pods may reach of the addresses of IPv4 that are not
 *     global
 */
public record Nat64Options(
    boolean enabled, IpPrefix prefix, IpPrefix pool, List<IpPrefix> allowed) {
  private static final int SMALLEST_POOL = 24;

  /** Copies the list. */
  public Nat64Options {
    allowed = List.copyOf(allowed);
  }

  /**
   * {@code prefix}, if it can be one.
   *
   * @throws IllegalArgumentException why it cannot
   */
  public static IpPrefix prefix(IpPrefix prefix) {
    return new TranslationPrefix(prefix).prefix();
  }

  /**
   * {@code pool}, if it can be one.
   *
   * @throws IllegalArgumentException why it cannot
   */
  public static IpPrefix pool(IpPrefix pool) {
    if (pool.family() != AddressFamily.IPV4 || pool.length() > SMALLEST_POOL) {
      throw new IllegalArgumentException("a pool is a prefix of IPv4 of at most /" + SMALLEST_POOL);
    }
    return pool;
  }

  /**
   * {@code allowed}, if it can be.
   *
   * @throws IllegalArgumentException why it cannot
   */
  public static IpPrefix allowed(IpPrefix allowed) {
    if (allowed.family() != AddressFamily.IPV4) {
      throw new IllegalArgumentException(allowed + " is not of IPv4");
    }
    return allowed;
  }
}
