package io.kindnet.kindnetd.packets;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the headers of a packet say (RFC 791, RFC 8200, and those of the protocols above).
 *
 * @param protocol {@code IPPROTO_} number
 * @param sourcePort of TCP, UDP, SCTP and UDP-Lite; -1 for others, and where the packet is not the
 *     first fragment or is cut short
 * @param destinationPort likewise
 * @param icmpType of ICMP and ICMPv6; -1 for others
 * @param icmpCode likewise
 */
public record PacketHeader(
    InetAddress source,
    InetAddress destination,
    int protocol,
    int sourcePort,
    int destinationPort,
    int icmpType,
    int icmpCode) {
  /** There is no such field. */
  public static final int NONE = -1;

  static final int IPPROTO_ICMP = 1; // linux/in.h

  /** TCP. */
  public static final int IPPROTO_TCP = 6;

  static final int IPPROTO_UDP = 17;
  static final int IPPROTO_ICMPV6 = 58;
  static final int IPPROTO_SCTP = 132;
  private static final int IPPROTO_UDPLITE = 136;
  private static final int IPPROTO_HOPOPTS = 0; // linux/in6.h
  private static final int IPPROTO_ROUTING = 43;
  private static final int IPPROTO_FRAGMENT = 44;
  private static final int IPPROTO_AH = 51;
  private static final int IPPROTO_DSTOPTS = 60;

  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int FRAGMENT_HEADER = 8;
  private static final int IPV4_OFFSET = 0x1fff;
  private static final int IPV6_OFFSET = 0xfff8;

  /**
   * Reads the beginning of a packet.
   *
   * @param packet from the IP header on
   * @return empty if that is not the header of an IPv4 or IPv6 packet
   */
  public static Optional<PacketHeader> parse(ByteBuffer packet) {
    ByteBuffer bytes = packet.slice().order(ByteOrder.BIG_ENDIAN);
    if (bytes.limit() == 0) {
      return Optional.empty();
    }
    return switch (bytes.get(0) >> 4 & 0xf) {
      case 4 -> bytes.limit() < IPV4_HEADER ? Optional.empty() : Optional.of(ipv4(bytes));
      case 6 -> bytes.limit() < IPV6_HEADER ? Optional.empty() : Optional.of(ipv6(bytes));
      default -> Optional.empty();
    };
  }

  private static PacketHeader ipv4(ByteBuffer bytes) {
    return transport(bytes, ipv4Transport(bytes), address(bytes, 12, 4), address(bytes, 16, 4));
  }

  private static PacketHeader ipv6(ByteBuffer bytes) {
    return transport(bytes, ipv6Transport(bytes), address(bytes, 8, 16), address(bytes, 24, 16));
  }

  /**
   * Where the header above IP begins.
   *
   * @param packet as for {@link #parse}, which must have read it
   * @return the offset; empty in a later fragment
   */
  public static OptionalInt transportOffset(ByteBuffer packet) {
    ByteBuffer bytes = packet.slice().order(ByteOrder.BIG_ENDIAN);
    int at = (bytes.get(0) >> 4 & 0xf) == 4 ? ipv4Transport(bytes).at : ipv6Transport(bytes).at;
    return at < bytes.limit() ? OptionalInt.of(at) : OptionalInt.empty();
  }

  /**
   * What is above IP.
   *
   * @param at where it begins; beyond the end where there is none
   */
  private record Transport(int protocol, int at) {}

  private static Transport ipv4Transport(ByteBuffer bytes) {
    boolean first = (bytes.getShort(6) & IPV4_OFFSET) == 0;
    return new Transport(bytes.get(9) & 0xff, first ? (bytes.get(0) & 0xf) * 4 : bytes.limit());
  }

  private static Transport ipv6Transport(ByteBuffer bytes) {
    int next = bytes.get(6) & 0xff;
    int at = IPV6_HEADER;
    while (isExtension(next) && at + FRAGMENT_HEADER <= bytes.limit()) {
      int length = bytes.get(at + 1) & 0xff;
      boolean laterFragment =
          next == IPPROTO_FRAGMENT && (bytes.getShort(at + 2) & IPV6_OFFSET) != 0;
      int size =
          switch (next) {
            case IPPROTO_FRAGMENT -> FRAGMENT_HEADER;
            case IPPROTO_AH -> (length + 2) * 4;
            default -> (length + 1) * 8;
          };
      next = bytes.get(at) & 0xff;
      at = laterFragment ? bytes.limit() : at + size;
    }
    return new Transport(next, at);
  }

  private static boolean isExtension(int protocol) {
    return switch (protocol) {
      case IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_AH, IPPROTO_DSTOPTS -> true;
      default -> false;
    };
  }

  private static PacketHeader transport(
      ByteBuffer bytes, Transport above, InetAddress source, InetAddress destination) {
    int protocol = above.protocol;
    int at = above.at;
    boolean there = at + 4 <= bytes.limit();
    int sourcePort = NONE;
    int destinationPort = NONE;
    int type = NONE;
    int code = NONE;
    switch (protocol) {
      case IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_UDPLITE -> {
        sourcePort = there ? bytes.getShort(at) & 0xffff : NONE;
        destinationPort = there ? bytes.getShort(at + 2) & 0xffff : NONE;
      }
      case IPPROTO_ICMP, IPPROTO_ICMPV6 -> {
        type = there ? bytes.get(at) & 0xff : NONE;
        code = there ? bytes.get(at + 1) & 0xff : NONE;
      }
      default -> {
        // has neither
      }
    }
    return new PacketHeader(source, destination, protocol, sourcePort, destinationPort, type, code);
  }

  private static InetAddress address(ByteBuffer bytes, int at, int length) {
    byte[] address = new byte[length];
    bytes.get(at, address);
    return IpAddresses.of(address);
  }

  /** What the protocol is called, else its number. */
  public String protocolName() {
    return switch (protocol) {
      case IPPROTO_ICMP -> "ICMP";
      case IPPROTO_TCP -> "TCP";
      case IPPROTO_UDP -> "UDP";
      case IPPROTO_ICMPV6 -> "ICMPv6";
      case IPPROTO_SCTP -> "SCTP";
      case IPPROTO_UDPLITE -> "UDPLite";
      default -> Integer.toString(protocol);
    };
  }
}
