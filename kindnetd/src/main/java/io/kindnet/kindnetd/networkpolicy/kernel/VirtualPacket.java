package io.kindnet.kindnetd.networkpolicy.kernel;

import io.kindnet.netlink.ip.AddressFamily;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * The first packet of a connection, as rules see it.
 *
 * @param protocol its {@code IPPROTO_} number
 * @param port of the destination; 0 where the protocol has none
 * @param fromThisHost whether the source is an address of this machine
 * @param toThisHost whether the destination is one
 */
public record VirtualPacket(
    InetAddress source,
    InetAddress destination,
    int protocol,
    int port,
    boolean fromThisHost,
    boolean toThisHost) {
  // linux/in.h, linux/in6.h
  public static final int IPPROTO_ICMP = 1;
  public static final int IPPROTO_ICMPV6 = 58;

  private static final int ICMP_ECHO = 8; // linux/icmp.h
  private static final int ICMPV6_ECHO_REQUEST = 128; // linux/icmpv6.h

  private static final int SOURCE_PORT = 40_000;
  private static final int TRANSPORT_BYTES = 20;

  // struct iphdr, struct ipv6hdr
  private static final int IPV4_BYTES = 20;
  private static final int IPV4_PROTOCOL = 9;
  private static final int IPV4_SOURCE = 12;
  private static final int IPV6_BYTES = 40;
  private static final int IPV6_NEXT_HEADER = 6;
  private static final int IPV6_SOURCE = 8;

  /** The family of both addresses. */
  public AddressFamily family() {
    return AddressFamily.of(source);
  }

  /** The IPv4 or IPv6 header, as far as rules read it: protocol and addresses. */
  byte[] networkHeader() {
    boolean ipv4 = family() == AddressFamily.IPV4;
    byte[] header = new byte[ipv4 ? IPV4_BYTES : IPV6_BYTES];
    header[0] = (byte) (ipv4 ? 0x45 : 0x60);
    header[ipv4 ? IPV4_PROTOCOL : IPV6_NEXT_HEADER] = (byte) protocol;
    ByteBuffer.wrap(header)
        .position(ipv4 ? IPV4_SOURCE : IPV6_SOURCE)
        .put(source.getAddress())
        .put(destination.getAddress());
    return header;
  }

  /** The beginning of the header behind that: ports, or the type of ICMP. */
  byte[] transportHeader() {
    ByteBuffer header = ByteBuffer.allocate(TRANSPORT_BYTES);
    switch (protocol) {
      case IPPROTO_ICMP -> header.put((byte) ICMP_ECHO);
      case IPPROTO_ICMPV6 -> header.put((byte) ICMPV6_ECHO_REQUEST);
      default -> header.putShort((short) SOURCE_PORT).putShort((short) port);
    }
    return header.array();
  }
}
