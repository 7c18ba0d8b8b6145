package io.kindnet.cni.ipam;

import io.kindnet.cni.protocol.CniException;
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
 * give to services of their own, and the last one of IPv4.
 *
 * <p>A range that would have none then reserves nothing: only the base address, which is the
 * gateway, and the last of more than two IPv4 addresses are not given out. So a /30 serves 2 pods,
 * a /31 and a /127 one; a /32 and a /128 have the gateway and no more.
 */
public final class AddressPool {
  /** What a range is like that serves no pod. */
  public static final String NO_ROOM = "no room for a pod beside the gateway";

  /** So many addresses are looked at before all that are taken; one is enough nearly always. */
  private static final int GUESSES = 6;

  private final IpPrefix range;
  private final BigInteger skipped;
  private final BigInteger capacity;

  /** The addresses of {@code range}. */
  public AddressPool(IpPrefix range) {
    int hostBits = range.family().bits() - range.length();
    int last = range.family() == AddressFamily.IPV4 && hostBits > 1 ? 1 : 0;
    boolean tiny = hostBits <= 2 && (1 << hostBits) <= 1 + reserved(hostBits) + last;
    this.range = range;
    this.skipped = BigInteger.valueOf(tiny ? 1 : 1 + reserved(hostBits));
    this.capacity = range.size().subtract(skipped).subtract(BigInteger.valueOf(last));
  }

  private static int reserved(int hostBits) {
    if (hostBits <= 6) {
      return 2;
    }
    return hostBits == 7 ? 4 : 6;
  }

  /** How many addresses there are in all. */
  public BigInteger capacity() {
    return capacity;
  }

  /** How many pods it serves, in words. */
  String describeCapacity() {
    return capacity.signum() == 0 ? NO_ROOM : capacity + " for pods";
  }

  /**
   * A free address, each as likely as any other, or null if none is left. As long as addresses are
   * left in plenty, a few questions about single ones find it, however many are taken.
   *
   * @param taken what cannot be given out
   */
  @Nullable InetAddress choose(AllocatedAddresses taken, Random random) throws CniException {
    if (capacity.signum() == 0) {
      return null;
    }
    for (int tries = 0; tries < GUESSES; tries++) {
      InetAddress candidate = at(anyOffset(random));
      if (!taken.isTaken(candidate) && taken.ofMachine(candidate) == null) {
        return candidate;
      }
    }
    return search(taken, anyOffset(random));
  }

  /**
   * The first free address from {@code offset} on, around the end. Passes over what pods of this
   * range have without asking, so that the questions are about addresses that overlapping ranges
   * gave out or the machine has, and one that is free. Ends for a range of any size, since it
   * passes over a prefix of the machine's as a whole.
   */
  private @Nullable InetAddress search(AllocatedAddresses taken, BigInteger offset)
      throws CniException {
    Set<InetAddress> served = taken.servedBy(range.address());
    BigInteger next = offset;
    BigInteger left = capacity;
    while (left.signum() > 0) {
      InetAddress candidate = at(next);
      BigInteger step = BigInteger.ONE;
      if (!served.contains(candidate) && !taken.isTaken(candidate)) {
        IpPrefix block = taken.ofMachine(candidate);
        if (block == null) {
          return candidate;
        }
        step = restOf(block, candidate);
      }
      next = next.add(step);
      left = left.subtract(step);
      if (next.compareTo(capacity) >= 0) {
        left = left.add(next.subtract(capacity)); // is not of this range
        next = BigInteger.ZERO;
      }
    }
    return null;
  }

  /** How many addresses of {@code block} there are from {@code first} on. */
  private static BigInteger restOf(IpPrefix block, InetAddress first) {
    return IpAddresses.toInteger(block.last())
        .subtract(IpAddresses.toInteger(first))
        .add(BigInteger.ONE);
  }

  private InetAddress at(BigInteger offset) {
    return IpAddresses.plus(range.address(), skipped.add(offset));
  }

  /** 64 bits more than needed leave no address visibly more likely than another. */
  private BigInteger anyOffset(Random random) {
    return new BigInteger(capacity.bitLength() + 64, random).mod(capacity);
  }
}
