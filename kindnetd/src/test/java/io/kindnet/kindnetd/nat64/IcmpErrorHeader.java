package io.kindnet.kindnetd.nat64;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first eight bytes of an ICMP error without their checksum, translated after RFC 7915,
 * sections 4.2 and 5.2.
 *
 * @param rest the second four bytes: an MTU, a pointer, or nothing
 */
record IcmpErrorHeader(int type, int code, int rest) {
  private static final int SMALLEST_MTU = 1280;

  /** Of IPv6 for one of IPv4; null where the error is thrown away. */
  static @Nullable IcmpErrorHeader of6(int type, int code, int rest) {
    return switch (type) {
      case 1 ->
          switch (code) {
            case 0, 2, 3 -> new IcmpErrorHeader(3, 1, 0);
            case 1 -> new IcmpErrorHeader(3, 10, 0);
            case 4 -> new IcmpErrorHeader(3, 3, 0);
            default -> null;
          };
      case 2 -> new IcmpErrorHeader(3, 4, Math.max(68, rest - 20));
      case 3 -> new IcmpErrorHeader(11, code, 0);
      case 4 ->
          switch (code) {
            case 0 -> pointing(12, Pointers.TO_4.get(rest), 24);
            case 1 -> new IcmpErrorHeader(3, 2, 0);
            default -> null;
          };
      default -> null;
    };
  }

  /**
   * Of IPv4 for one of IPv6; null where the error is thrown away.
   *
   * @param length of the packet that the error is about, as its header says
   */
  static @Nullable IcmpErrorHeader of4(int type, int code, int rest, int length) {
    return switch (type) {
      case 3 ->
          switch (code) {
            case 0, 1, 5, 6, 7, 8, 11, 12 -> new IcmpErrorHeader(1, 0, 0);
            case 2 -> new IcmpErrorHeader(4, 1, 6);
            case 3 -> new IcmpErrorHeader(1, 4, 0);
            case 4 ->
                new IcmpErrorHeader(2, 0, Math.max(SMALLEST_MTU, mtu(rest & 0xffff, length) + 20));
            case 9, 10, 13, 15 -> new IcmpErrorHeader(1, 1, 0);
            default -> null;
          };
      case 11 -> new IcmpErrorHeader(3, code, 0);
      case 12 -> code == 0 || code == 2 ? pointing(4, Pointers.TO_6.get(rest >>> 24), 0) : null;
      default -> null;
    };
  }

  private static @Nullable IcmpErrorHeader pointing(
      int type, @Nullable Integer pointer, int shift) {
    return pointer == null ? null : new IcmpErrorHeader(type, 0, pointer << shift);
  }

  /**
   * RFC 1191, section 7: a router that does not tell the MTU means one below the packet's length.
   */
  private static int mtu(int told, int length) {
    if (told != 0) {
      return told;
    }
    for (int plateau : new int[] {32000, 17914, 8166, 4352, 2002, 1492}) {
      if (length > plateau) {
        return plateau;
      }
    }
    return 1260;
  }

  /** The error about a packet. */
  byte[] before(byte[] packet) {
    return ByteBuffer.allocate(8 + packet.length)
        .put((byte) type)
        .put((byte) code)
        .putShort((short) 0)
        .putInt(rest)
        .put(packet)
        .array();
  }

  /** Where a field of one header is in the other: figures 3 and 6. */
  private static final class Pointers {
    static final Map<Integer, Integer> TO_4 = new HashMap<>();
    static final Map<Integer, Integer> TO_6 = new HashMap<>();

    static {
      put(TO_4, 0, 0, 0);
      put(TO_4, 1, 1, 1);
      put(TO_4, 4, 5, 2);
      put(TO_4, 6, 6, 9);
      put(TO_4, 7, 7, 8);
      put(TO_4, 8, 23, 12);
      put(TO_4, 24, 39, 16);
      put(TO_6, 0, 0, 0);
      put(TO_6, 1, 1, 1);
      put(TO_6, 2, 3, 4);
      put(TO_6, 8, 8, 7);
      put(TO_6, 9, 9, 6);
      put(TO_6, 12, 15, 8);
      put(TO_6, 16, 19, 24);
    }

    private static void put(Map<Integer, Integer> map, int first, int last, int to) {
      for (int i = first; i <= last; i++) {
        map.put(i, to);
      }
    }
  }
}
