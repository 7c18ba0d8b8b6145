package io.kindnet.kindnetd.nat64;

import java.nio.ByteBuffer;
import java.util.Arrays;
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
    Packet out = in.translated(source, destination, protocol, isWhole, payload);
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
    Packet out = in.translated(source, destination, protocol, true, payload);
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
    IcmpErrorHeader header = IcmpErrorHeader.of6(type, code, rest);
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
    int protocol = quoted.protocol() == Packet.ICMPV6 ? Packet.ICMP : quoted.protocol();
    boolean isWhole = quoted.fragment() == null && 20 + length > SMALLEST_MTU - 20;
    Packet out = quoted.translated(source, destination, protocol, isWhole, payload);
    return header.before(out.write4(length));
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
    int quotedLength = message.length < 12 ? 0 : in.getShort(8 + 2) & 0xffff;
    IcmpErrorHeader header = IcmpErrorHeader.of4(type, code, rest, quotedLength);
    if (header == null) {
      return null;
    }
    byte[] original = Arrays.copyOfRange(message, 8, message.length);
    Packet quoted = Packet.parse4(original);
    int length = quotedLength - (original[0] & 0xf) * 4;
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
    int protocol = quoted.protocol() == Packet.ICMP ? Packet.ICMPV6 : quoted.protocol();
    Packet out = quoted.translated(source, destination, protocol, true, payload);
    byte[] error = header.before(out.write6(length));
    return Arrays.copyOf(error, Math.min(error.length, SMALLEST_MTU - 40));
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

  private static int get(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
  }

  private static void put(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }
}
