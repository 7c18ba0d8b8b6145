package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses addresses of the pool, one after the other and from the beginning again, so that one that
 * a pod has left is taken as late as possible.
 */
final class PoolAddresses {
  private final IpPrefix pool;
  private final long size;
  private long next;

  /**
   * @param pool a prefix of IPv4; its first and its last address are not used
   * @param taken what an earlier run has chosen
   */
  PoolAddresses(IpPrefix pool, Map<InetAddress, InetAddress> taken) {
    this.pool = pool;
    this.size = pool.size().longValueExact();
    BigInteger base = IpAddresses.toInteger(pool.address());
    this.next = 1;
    for (InetAddress address : taken.values()) {
      if (pool.contains(address)) {
        long offset = IpAddresses.toInteger(address).subtract(base).longValueExact();
        this.next = Math.max(this.next, offset + 1);
      }
    }
  }

  /**
   * A free address.
   *
   * @param taken those that pods have
   * @return empty if there is none
   */
  Optional<InetAddress> choose(Iterable<InetAddress> taken) {
    Set<InetAddress> used = new HashSet<>();
    taken.forEach(used::add);
    for (long tries = 0; tries < size; tries++) {
      long offset = next >= size - 1 ? 1 : next;
      next = offset + 1;
      InetAddress address = IpAddresses.plus(pool.address(), BigInteger.valueOf(offset));
      if (!used.contains(address)) {
        return Optional.of(address);
      }
    }
    return Optional.empty();
  }
}
