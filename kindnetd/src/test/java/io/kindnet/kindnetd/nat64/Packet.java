package io.kindnet.kindnetd.nat64;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A packet of either family, taken apart: what is the same in both, and what each has of its own.
 *
 * @param trafficClass of IPv4, the type of service
 * @param hops the hop limit; of IPv4, the time to live
 * @param protocol of what it carries, behind all extension headers
 * @param fragment null unless it is one
 * @param isWhole whether routers may not cut it; always so in IPv6
 * @param payload what it carries
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Packet(
    byte[] source,
    byte[] destination,
    int trafficClass,
    int hops,
    int protocol,
    @Nullable Fragment fragment,
    boolean isWhole,
    byte[] payload) {
  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMPV6 = 58;
  private static final int FRAGMENT_HEADER = 44;

  /**
   * Where a fragment belongs.
   *
   * @param offset in 8 bytes
   */
  record Fragment(int offset, boolean more, int id) {}

  /** The same packet of the other family. */
  Packet translated(
      byte[] newSource, byte[] newDestination, int newProtocol, boolean whole, byte[] newPayload) {
    return new Packet(
        newSource, newDestination, trafficClass, hops, newProtocol, fragment, whole, newPayload);
  }

  boolean isLaterFragment() {
    return fragment != null && fragment.offset > 0;
  }

  /** Reads a packet of IPv6; its extension headers but for that of a fragment are left out. */
  static Packet parse6(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int first = in.getInt();
    int length = in.getShort() & 0xffff;
    int next = in.get() & 0xff;
    int hops = in.get() & 0xff;
    byte[] source = new byte[16];
    byte[] destination = new byte[16];
    in.get(source).get(destination);
    Fragment fragment = null;
    while ((next == 0 || next == 43 || next == 60 || next == FRAGMENT_HEADER)
        && (fragment == null || fragment.offset == 0)) {
      int at = in.position();
      int following = bytes[at] & 0xff;
      if (next == FRAGMENT_HEADER) {
        int word = in.getShort(at + 2) & 0xffff;
        fragment = new Fragment(word >>> 3, (word & 1) == 1, in.getInt(at + 4));
        in.position(at + 8);
      } else {
        in.position(at + ((bytes[at + 1] & 0xff) + 1) * 8);
      }
      next = following;
    }
    byte[] payload = Arrays.copyOfRange(bytes, in.position(), Math.min(bytes.length, 40 + length));
    return new Packet(
        source, destination, (first >>> 20) & 0xff, hops, next, fragment, true, payload);
  }

  /** Reads a packet of IPv4, without its options. */
  static Packet parse4(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int header = (bytes[0] & 0xf) * 4;
    int word = in.getShort(6) & 0xffff;
    int offset = word & 0x1fff;
    boolean more = (word & 0x2000) != 0;
    Fragment fragment =
        offset > 0 || more ? new Fragment(offset, more, in.getShort(4) & 0xffff) : null;
    int end = Math.min(bytes.length, in.getShort(2) & 0xffff);
    return new Packet(
        Arrays.copyOfRange(bytes, 12, 16),
        Arrays.copyOfRange(bytes, 16, 20),
        bytes[1] & 0xff,
        bytes[8] & 0xff,
        bytes[9] & 0xff,
        fragment,
        (word & 0x4000) != 0,
        Arrays.copyOfRange(bytes, header, end));
  }

  /**
   * As bytes of IPv6.
   *
   * @param length of the payload, which may be cut off here
   */
  byte[] write6(int length) {
    int more = fragment == null ? 0 : 8;
    ByteBuffer out = ByteBuffer.allocate(40 + more + payload.length);
    out.putInt(6 << 28 | trafficClass << 20).putShort((short) (length + more));
    out.put((byte) (fragment == null ? protocol : FRAGMENT_HEADER)).put((byte) hops);
    out.put(source).put(destination);
    if (fragment != null) {
      out.put((byte) protocol).put((byte) 0);
      out.putShort((short) (fragment.offset << 3 | (fragment.more ? 1 : 0))).putInt(fragment.id);
    }
    return out.put(payload).array();
  }

  /** As bytes of IPv4, with the identification of a fragment or 0. */
  byte[] write4(int length) {
    ByteBuffer out = ByteBuffer.allocate(20 + payload.length);
    int word = fragment == null ? 0 : fragment.offset | (fragment.more ? 0x2000 : 0);
    out.put((byte) 0x45).put((byte) trafficClass).putShort((short) (20 + length));
    out.putShort((short) (fragment == null ? 0 : fragment.id));
    out.putShort((short) (word | (isWhole ? 0x4000 : 0)));
    out.put((byte) hops).put((byte) protocol).putShort((short) 0).put(source).put(destination);
    out.putShort(10, (short) Checksums.of(Arrays.copyOf(out.array(), 20)));
    return out.put(payload).array();
  }
}
