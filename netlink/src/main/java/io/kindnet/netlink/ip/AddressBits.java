package io.kindnet.netlink.ip;

import java.net.InetAddress;

/**
 * An address, or a number of addresses, as an unsigned number of 128 bits; an IPv4 address is in
 * the first 32 of them, so that prefixes of both families are dealt with alike. Compares and counts
 * without the garbage of {@link java.math.BigInteger}, for lists as long as a cluster.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record AddressBits(long high, long low) implements Comparable<AddressBits> {
  /** No bit at all: the first address of its family, or the one behind the last. */
  public static final AddressBits ZERO = new AddressBits(0, 0);

  /** The bits of {@code address}. */
  public static AddressBits of(InetAddress address) {
    return of(address.getAddress());
  }

  /** The bits of {@code address}, 4 or 16 bytes in network order. */
  public static AddressBits of(byte[] address) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < address.length; i++) {
      long bits = address[i] & 0xffL;
      if (i < Long.BYTES) {
        high |= bits << (56 - 8 * i);
      } else {
        low |= bits << (120 - 8 * i);
      }
    }
    return new AddressBits(high, low);
  }

  /** How many addresses a prefix of {@code length} has; {@link #ZERO} for length 0. */
  public static AddressBits sizeOf(int length) {
    if (length == 0) {
      return ZERO;
    }
    return length <= Long.SIZE
        ? new AddressBits(1L << (Long.SIZE - length), 0)
        : new AddressBits(0, 1L << (2 * Long.SIZE - length));
  }

  /** The sum, without what does not fit: behind the last address comes {@link #ZERO}. */
  public AddressBits plus(AddressBits other) {
    long sum = low + other.low;
    long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    return new AddressBits(high + other.high + carry, sum);
  }

  /** The difference; from {@link #ZERO}, it is as if that were behind the last address. */
  public AddressBits minus(AddressBits other) {
    long borrow = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
    return new AddressBits(high - other.high - borrow, low - other.low);
  }

  /**
   * The length of the prefix that begins here and has {@code size} addresses; -1 if there is none.
   *
   * @param size as {@link #sizeOf} gives it
   */
  public int lengthFor(AddressBits size) {
    if (size.equals(ZERO)) {
      return equals(ZERO) ? 0 : -1;
    }
    AddressBits below = size.minus(new AddressBits(0, 1));
    boolean powerOfTwo = (size.high & below.high) == 0 && (size.low & below.low) == 0;
    boolean aligned = (high & below.high) == 0 && (low & below.low) == 0;
    if (!powerOfTwo || !aligned) {
      return -1;
    }
    return 1
        + (size.high != 0
            ? Long.numberOfLeadingZeros(size.high)
            : Long.SIZE + Long.numberOfLeadingZeros(size.low));
  }

  /** The first {@code number} bytes, in network order. */
  public byte[] toBytes(int number) {
    byte[] bytes = new byte[number];
    for (int i = 0; i < number; i++) {
      bytes[i] = (byte) (i < Long.BYTES ? high >> (56 - 8 * i) : low >> (120 - 8 * i));
    }
    return bytes;
  }

  @Override
  public int compareTo(AddressBits other) {
    int first = Long.compareUnsigned(high, other.high);
    return first != 0 ? first : Long.compareUnsigned(low, other.low);
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressBits bits && high == bits.high && low == bits.low;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(high) + Long.hashCode(low);
  }
}
