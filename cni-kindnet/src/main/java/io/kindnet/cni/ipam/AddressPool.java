package io.kindnet.cni.ipam;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of a range that pods may get: all but the network address, the first ones behind it
 * (6; 4 in a range of at most 128 addresses; 2 in one of at most 64), which installations like to
 * give to services of their own, and the last one of IPv4. Small ranges have none.
 */
public final class AddressPool {
  private final IpPrefix range;
  private final BigInteger skipped;
  private final BigInteger capacity;

  /** The addresses of {@code range}. */
  public AddressPool(IpPrefix range) {
    this.range = range;
    this.skipped = BigInteger.valueOf(1 + reserved(range));
    BigInteger last = BigInteger.valueOf(range.family() == AddressFamily.IPV4 ? 1 : 0);
    this.capacity = range.size().subtract(skipped).subtract(last).max(BigInteger.ZERO);
  }

  private static int reserved(IpPrefix range) {
    int hostBits = range.family().bits() - range.length();
    if (hostBits <= 6) {
      return 2;
    }
    return hostBits == 7 ? 4 : 6;
  }

  /** How many addresses there are in all. */
  public BigInteger capacity() {
    return capacity;
  }

  /**
   * The first address from a random one on, around the end, that is not {@code taken}; null if all
   * are. Works the same for a range of any size: among one address more than are taken, one must be
   * free.
   *
   * @param taken addresses in the notation of {@link IpAddresses#format}, of any range
   */
  @Nullable InetAddress choose(Set<String> taken, Random random) {
    if (capacity.signum() == 0) {
      return null;
    }
    // 64 bits more than needed leave no address visibly more likely than another
    BigInteger offset = new BigInteger(capacity.bitLength() + 64, random).mod(capacity);
    BigInteger tries = BigInteger.valueOf(taken.size() + 1L).min(capacity);
    for (long left = tries.longValueExact(); left > 0; left--) {
      InetAddress candidate = IpAddresses.plus(range.address(), skipped.add(offset));
      if (!taken.contains(IpAddresses.format(candidate))) {
        return candidate;
      }
      offset = offset.add(BigInteger.ONE);
      if (offset.equals(capacity)) {
        offset = BigInteger.ZERO;
      }
    }
    return null;
  }
}
