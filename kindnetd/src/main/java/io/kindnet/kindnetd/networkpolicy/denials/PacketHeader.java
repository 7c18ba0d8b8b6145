package io.kindnet.kindnetd.networkpolicy.denials;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

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
record PacketHeader(
    InetAddress source,
    InetAddress destination,
    int protocol,
    int sourcePort,
    int destinationPort,
    int icmpType,
    int icmpCode) {
  static final int NONE = -1;

  static final int IPPROTO_ICMP = 1; // linux/in.h
  static final int IPPROTO_TCP = 6;
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
  static Optional<PacketHeader> parse(ByteBuffer packet) {
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
    int header = (bytes.get(0) & 0xf) * 4;
    boolean first = (bytes.getShort(6) & IPV4_OFFSET) == 0;
    return transport(
        bytes,
        bytes.get(9) & 0xff,
        first ? header : bytes.limit(),
        address(bytes, 12, 4),
        address(bytes, 16, 4));
  }

  private static PacketHeader ipv6(ByteBuffer bytes) {
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
    return transport(bytes, next, at, address(bytes, 8, 16), address(bytes, 24, 16));
  }

  private static boolean isExtension(int protocol) {
    return switch (protocol) {
      case IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_AH, IPPROTO_DSTOPTS -> true;
      default -> false;
    };
  }

  private static PacketHeader transport(
      ByteBuffer bytes, int protocol, int at, InetAddress source, InetAddress destination) {
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
  String protocolName() {
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
