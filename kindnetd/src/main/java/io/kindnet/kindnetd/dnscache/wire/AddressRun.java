package io.kindnet.kindnetd.dnscache.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Where the addresses of an answer are: of A or AAAA records that follow each other and differ in
 * nothing else, so that the addresses can change places. The order of records means nothing (RFC
 * 2181 section 5), but clients take the first, and servers share work among addresses by changing
 * it.
 *
 * @param first where in the message the first address is
 * @param distance from one to the next
 * @param length of an address
 * @param count how many there are; 0 where their order cannot be changed
 */
record AddressRun(int first, int distance, int length, int count) {
  static final AddressRun NONE = new AddressRun(0, 0, 0, 0);

  /**
   * Finds them.
   *
   * @param message that was read before
   * @param type that was asked for
   * @param start of the first record
   * @param ttlOffsets of the records of the answer section
   */
  static AddressRun of(ByteBuffer message, int type, int start, char[] ttlOffsets) {
    if (type != Dns.TYPE_A && type != Dns.TYPE_AAAA) {
      return NONE;
    }
    int length = type == Dns.TYPE_A ? 4 : 16;
    AddressRun run = NONE;
    int owner = start;
    int previousOwner = 0;
    for (int ttl : ttlOffsets) {
      int data = ttl + 6;
      int end = data + Octets.unsignedShort(message, ttl + 4);
      if (Octets.unsignedShort(message, ttl - 4) == type) {
        if (end - data != length) {
          return NONE;
        }
        if (run.count == 0) {
          run = new AddressRun(data, end - owner, length, 1);
        } else if (data == run.first + run.count * run.distance
            && sameBeginning(message, previousOwner, owner, run.distance - length - 2)) {
          run = new AddressRun(run.first, run.distance, length, run.count + 1);
        } else {
          return NONE;
        }
        previousOwner = owner;
      }
      owner = end;
    }
    return run.count > 1 ? run : NONE;
  }

  private static boolean sameBeginning(ByteBuffer message, int one, int other, int length) {
    return message.slice(one, length).equals(message.slice(other, length));
  }

  /**
   * Puts the addresses in another order.
   *
   * @param from where the addresses are
   * @param to into which they are written, at the same places relative to {@code start}
   * @param start of the message there
   * @param turn how many places each one moves
   */
  void rotate(byte[] from, int shift, ByteBuffer to, int start, int turn) {
    for (int i = 0; i < count; i++) {
      int source = first + (i + turn) % count * distance - shift;
      to.put(start + first + i * distance, from, source, length);
    }
  }

  /** The addresses in the order in which they are. */
  private byte[][] addresses(byte[] bytes, int shift) {
    byte[][] addresses = new byte[count][];
    for (int i = 0; i < count; i++) {
      int at = first + i * distance - shift;
      addresses[i] = Arrays.copyOfRange(bytes, at, at + length);
    }
    return addresses;
  }

  /** Whether two answers have the same addresses, in another order. */
  static boolean reordered(
      AddressRun one, byte[] bytes, AddressRun other, byte[] others, int shift) {
    if (one.count == 0 || one.count != other.count || one.length != other.length) {
      return false;
    }
    byte[][] before = one.addresses(bytes, shift);
    byte[][] after = other.addresses(others, shift);
    return !Arrays.deepEquals(before, after) && set(before).equals(set(after));
  }

  private static Set<ByteBuffer> set(byte[][] addresses) {
    Set<ByteBuffer> set = new HashSet<>();
    for (byte[] address : addresses) {
      set.add(ByteBuffer.wrap(address));
    }
    return set;
  }
}
