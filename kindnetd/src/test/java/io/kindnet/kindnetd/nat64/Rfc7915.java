package io.kindnet.kindnetd.nat64;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Translation as RFC 7915 says it, step by step and without a thought of speed: what the programs
 * in the kernel are compared with. A checksum is made over the whole result, and was right before.
 */
final class Rfc7915 {
  private static final int SMALLEST_MTU = 1280;

  private final UnaryOperator<byte[]> to4;
  private final UnaryOperator<byte[]> to6;

  /**
   * @param to4 the address of IPv4 for one of IPv6
   * @param to6 the other way
   */
  Rfc7915(UnaryOperator<byte[]> to4, UnaryOperator<byte[]> to6) {
    this.to4 = to4;
    this.to6 = to6;
  }

  /** Section 5; empty where the packet is thrown away. */
  Optional<byte[]> toIpv4(byte[] bytes) {
    Packet in = Packet.parse6(bytes);
    byte[] source = to4.apply(in.source());
    byte[] destination = to4.apply(in.destination());
    int protocol = in.protocol() == Packet.ICMPV6 ? Packet.ICMP : in.protocol();
    byte[] payload = in.payload().clone();
    if (in.protocol() == Packet.ICMPV6) {
      payload = in.fragment() == null ? icmpTo4(payload) : null;
      if (payload == null) {
        return Optional.empty();
      }
      put(payload, 2, 0);
      put(payload, 2, Checksums.of(payload));
    } else if (!in.isLaterFragment()) {
      recompute(
          in,
          payload,
          Checksums.pseudo6(in.source(), in.destination(), protocol, 0),
          Checksums.pseudo4(source, destination, protocol, 0));
    }
    boolean isWhole = in.fragment() == null && 20 + payload.length > SMALLEST_MTU - 20;
    Packet out =
        new Packet(
            source,
            destination,
            in.trafficClass(),
            in.hops(),
            protocol,
            in.fragment(),
            isWhole,
            payload);
    return Optional.of(out.write4(payload.length));
  }

  /** Section 4; empty where the packet is thrown away. */
  Optional<byte[]> toIpv6(byte[] bytes) {
    Packet in = Packet.parse4(bytes);
    byte[] source = to6.apply(in.source());
    byte[] destination = to6.apply(in.destination());
    int protocol = in.protocol() == Packet.ICMP ? Packet.ICMPV6 : in.protocol();
    byte[] payload = in.payload().clone();
    if (in.protocol() == Packet.ICMP) {
      payload = in.fragment() == null ? icmpTo6(payload) : null;
      if (payload == null) {
        return Optional.empty();
      }
      put(payload, 2, 0);
      put(
          payload,
          2,
          Checksums.of(Checksums.pseudo6(source, destination, protocol, payload.length), payload));
    } else if (in.protocol() == Packet.UDP && !in.isLaterFragment() && get(payload, 6) == 0) {
      if (in.fragment() != null) {
        return Optional.empty();
      }
      int sum =
          Checksums.of(Checksums.pseudo6(source, destination, protocol, payload.length), payload);
      put(payload, 6, sum == 0 ? 0xffff : sum);
    } else if (!in.isLaterFragment()) {
      recompute(
          in,
          payload,
          Checksums.pseudo4(in.source(), in.destination(), protocol, 0),
          Checksums.pseudo6(source, destination, protocol, 0));
    }
    Packet out =
        new Packet(
            source,
            destination,
            in.trafficClass(),
            in.hops(),
            protocol,
            in.fragment(),
            true,
            payload);
    return Optional.of(out.write6(payload.length));
  }

  /** By what the pseudo headers differ: a fragment has not got all that the checksum is over. */
  private static void recompute(Packet in, byte[] payload, byte[] before, byte[] after) {
    int at = in.protocol() == Packet.TCP ? 16 : in.protocol() == Packet.UDP ? 6 : -1;
    if (at >= 0 && payload.length >= at + 2) {
      int old = get(payload, at);
      if (in.protocol() == Packet.UDP && old == 0) {
        return;
      }
      // RFC 1624, equation 3; the complement of a sum is that of the pseudo header negated
      byte[] sums = new byte[6];
      put(sums, 0, ~old & 0xffff);
      put(sums, 2, Checksums.of(before));
      put(sums, 4, ~Checksums.of(after) & 0xffff);
      int sum = Checksums.of(sums);
      put(payload, at, sum == 0 && in.protocol() == Packet.UDP ? 0xffff : sum);
    }
  }

  private byte @Nullable [] icmpTo4(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    int type = message[0] & 0xff;
    int code = message[1] & 0xff;
    int rest = in.getInt(4);
    if (type == 128 || type == 129) {
      byte[] echo = message.clone();
      echo[0] = (byte) (type == 128 ? 8 : 0);
      return echo;
    }
    int pointer4 = Pointers.TO_4.getOrDefault(rest, -1);
    int[] header =
        switch (type) {
          case 1 ->
              switch (code) {
                case 0, 2, 3 -> new int[] {3, 1, 0};
                case 1 -> new int[] {3, 10, 0};
                case 4 -> new int[] {3, 3, 0};
                default -> null;
              };
          case 2 -> new int[] {3, 4, Math.max(68, rest - 20)};
          case 3 -> new int[] {11, code, 0};
          case 4 ->
              code == 1
                  ? new int[] {3, 2, 0}
                  : code == 0 && pointer4 >= 0 ? new int[] {12, 0, pointer4 << 24} : null;
          default -> null;
        };
    if (header == null) {
      return null;
    }
    Packet quoted = Packet.parse6(Arrays.copyOfRange(message, 8, message.length));
    int length = (in.getShort(8 + 4) & 0xffff) - extensions(message, quoted);
    byte[] payload = quoted.payload().clone();
    byte[] source = to4.apply(quoted.source());
    byte[] destination = to4.apply(quoted.destination());
    if (quoted.protocol() == Packet.ICMPV6) {
      quotedEcho(quoted, payload, length, true, quoted.source(), quoted.destination());
    } else if (!quoted.isLaterFragment()) {
      recomputeQuoted(
          quoted,
          payload,
          Checksums.pseudo6(quoted.source(), quoted.destination(), 0, 0),
          Checksums.pseudo4(source, destination, 0, 0));
    }
    Packet out =
        new Packet(
            source,
            destination,
            quoted.trafficClass(),
            quoted.hops(),
            quoted.protocol() == Packet.ICMPV6 ? Packet.ICMP : quoted.protocol(),
            quoted.fragment(),
            quoted.fragment() == null && 20 + length > SMALLEST_MTU - 20,
            payload);
    return error(header, out.write4(length));
  }

  private byte @Nullable [] icmpTo6(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    int type = message[0] & 0xff;
    int code = message[1] & 0xff;
    int rest = in.getInt(4);
    if (type == 8 || type == 0) {
      byte[] echo = message.clone();
      echo[0] = (byte) (type == 8 ? 128 : 129);
      return echo;
    }
    int pointer6 = Pointers.TO_6.getOrDefault(rest >>> 24, -1);
    int[] header =
        switch (type) {
          case 3 ->
              switch (code) {
                case 0, 1, 5, 6, 7, 8, 11, 12 -> new int[] {1, 0, 0};
                case 2 -> new int[] {4, 1, 6};
                case 3 -> new int[] {1, 4, 0};
                case 4 -> new int[] {2, 0, Math.max(SMALLEST_MTU, mtu(rest & 0xffff, in) + 20)};
                case 9, 10, 13, 15 -> new int[] {1, 1, 0};
                default -> null;
              };
          case 11 -> new int[] {3, code, 0};
          case 12 -> (code == 0 || code == 2) && pointer6 >= 0 ? new int[] {4, 0, pointer6} : null;
          default -> null;
        };
    if (header == null) {
      return null;
    }
    byte[] original = Arrays.copyOfRange(message, 8, message.length);
    Packet quoted = Packet.parse4(original);
    int length = (in.getShort(8 + 2) & 0xffff) - (original[0] & 0xf) * 4;
    byte[] payload = quoted.payload().clone();
    byte[] source = to6.apply(quoted.source());
    byte[] destination = to6.apply(quoted.destination());
    if (quoted.protocol() == Packet.ICMP) {
      quotedEcho(quoted, payload, length, false, source, destination);
    } else if (!quoted.isLaterFragment()) {
      recomputeQuoted(
          quoted,
          payload,
          Checksums.pseudo4(quoted.source(), quoted.destination(), 0, 0),
          Checksums.pseudo6(source, destination, 0, 0));
    }
    Packet out =
        new Packet(
            source,
            destination,
            quoted.trafficClass(),
            quoted.hops(),
            quoted.protocol() == Packet.ICMP ? Packet.ICMPV6 : quoted.protocol(),
            quoted.fragment(),
            true,
            payload);
    byte[] error = error(header, out.write6(length));
    return Arrays.copyOf(error, Math.min(error.length, SMALLEST_MTU - 40));
  }

  /**
   * RFC 1191, section 7: a router that does not tell the MTU means one below the packet's length.
   */
  private static int mtu(int told, ByteBuffer message) {
    if (told != 0) {
      return told;
    }
    int length = message.getShort(8 + 2) & 0xffff;
    for (int plateau : new int[] {32000, 17914, 8166, 4352, 2002, 1492}) {
      if (length > plateau) {
        return plateau;
      }
    }
    return 1260;
  }

  private static int extensions(byte[] message, Packet quoted) {
    int fragment = quoted.fragment() == null ? 0 : 8;
    int there = message.length - 8 - 40 - quoted.payload().length;
    return Math.max(there, fragment);
  }

  private static void recomputeQuoted(Packet quoted, byte[] payload, byte[] before, byte[] after) {
    int at = quoted.protocol() == Packet.TCP ? 16 : 6;
    if (payload.length >= at + 2 && get(payload, at) != 0) {
      recompute(quoted, payload, before, after);
    }
  }

  /** The checksum changes by the type and by the pseudo header of IPv6. */
  private static void quotedEcho(
      Packet quoted, byte[] payload, int length, boolean from6, byte[] source, byte[] destination) {
    if (quoted.isLaterFragment() || payload.length < 8) {
      return;
    }
    int type = payload[0] & 0xff;
    int now;
    if (from6) {
      now = type == 128 ? 8 : type == 129 ? 0 : -1;
    } else {
      now = type == 8 ? 128 : type == 0 ? 129 : -1;
    }
    if (now < 0) {
      return;
    }
    byte[] pseudo = Checksums.pseudo6(source, destination, Packet.ICMPV6, length);
    byte[] sums = new byte[8];
    put(sums, 0, ~get(payload, 2) & 0xffff);
    put(sums, 2, from6 ? Checksums.of(pseudo) : ~Checksums.of(pseudo) & 0xffff);
    put(sums, 4, ~get(payload, 0) & 0xffff);
    payload[0] = (byte) now;
    put(sums, 6, get(payload, 0));
    put(payload, 2, Checksums.of(sums));
  }

  private static byte[] error(int[] header, byte[] about) {
    return ByteBuffer.allocate(8 + about.length)
        .put((byte) header[0])
        .put((byte) header[1])
        .putShort((short) 0)
        .putInt(header[2])
        .put(about)
        .array();
  }

  private static int get(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
  }

  private static void put(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
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
