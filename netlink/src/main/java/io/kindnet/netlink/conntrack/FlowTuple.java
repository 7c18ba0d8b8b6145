package io.kindnet.netlink.conntrack;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the packets of one direction of a flow have in common ({@code struct nf_conntrack_tuple}).
 *
 * @param protocol {@code IPPROTO_}
 * @param source where they come from
 * @param destination where they go
 * @param sourcePort 0 where the protocol has no ports
 * @param destinationPort 0 where the protocol has no ports
 * @param icmp what ICMP and ICMPv6 have instead of ports; null for other protocols
 */
public record FlowTuple(
    int protocol,
    InetAddress source,
    InetAddress destination,
    int sourcePort,
    int destinationPort,
    @Nullable Icmp icmp) {

  /**
   * What an ICMP message is known by.
   *
   * @param id the identifier of an echo request and its reply
   * @param type the type
   * @param code the code
   */
  public record Icmp(int id, int type, int code) {}

  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;

  /** A tuple of TCP, UDP, SCTP or another protocol with ports. */
  public static FlowTuple of(
      int protocol,
      InetAddress source,
      int sourcePort,
      InetAddress destination,
      int destinationPort) {
    return new FlowTuple(protocol, source, destination, sourcePort, destinationPort, null);
  }

  /** The family of both addresses. */
  public AddressFamily family() {
    return AddressFamily.of(source);
  }

  void pack(MessageWriter writer, int type) {
    int tuple = writer.beginNested(type);
    boolean four = family() == AddressFamily.IPV4;
    int ip = writer.beginNested(CtNetlink.CTA_TUPLE_IP);
    writer.attribute(four ? CtNetlink.CTA_IP_V4_SRC : CtNetlink.CTA_IP_V6_SRC, source.getAddress());
    writer.attribute(
        four ? CtNetlink.CTA_IP_V4_DST : CtNetlink.CTA_IP_V6_DST, destination.getAddress());
    writer.end(ip);
    int proto = writer.beginNested(CtNetlink.CTA_TUPLE_PROTO);
    writer.attributeU8(CtNetlink.CTA_PROTO_NUM, protocol);
    if (icmp != null) {
      packIcmp(writer, icmp);
    } else {
      writer.attributeU16Be(CtNetlink.CTA_PROTO_SRC_PORT, sourcePort);
      writer.attributeU16Be(CtNetlink.CTA_PROTO_DST_PORT, destinationPort);
    }
    writer.end(proto).end(tuple);
  }

  private void packIcmp(MessageWriter writer, Icmp message) {
    int first =
        protocol == IPPROTO_ICMP ? CtNetlink.CTA_PROTO_ICMP_ID : CtNetlink.CTA_PROTO_ICMPV6_ID;
    writer.attributeU16Be(first, message.id);
    writer.attributeU8(first + 1, message.type);
    writer.attributeU8(first + 2, message.code);
  }

  static FlowTuple parse(Attribute attribute) {
    Attributes tuple = attribute.nested();
    Attributes ip = tuple.get(CtNetlink.CTA_TUPLE_IP).nested();
    Attributes proto = tuple.get(CtNetlink.CTA_TUPLE_PROTO).nested();
    int protocol = proto.get(CtNetlink.CTA_PROTO_NUM).u8();
    return new FlowTuple(
        protocol,
        address(ip, CtNetlink.CTA_IP_V4_SRC, CtNetlink.CTA_IP_V6_SRC),
        address(ip, CtNetlink.CTA_IP_V4_DST, CtNetlink.CTA_IP_V6_DST),
        port(proto, CtNetlink.CTA_PROTO_SRC_PORT),
        port(proto, CtNetlink.CTA_PROTO_DST_PORT),
        icmp(protocol, proto));
  }

  private static InetAddress address(Attributes ip, int four, int six) {
    Attribute found = ip.find(four);
    return (found == null ? ip.get(six) : found).address();
  }

  private static int port(Attributes proto, int type) {
    Attribute found = proto.find(type);
    return found == null ? 0 : found.u16Be();
  }

  private static @Nullable Icmp icmp(int protocol, Attributes proto) {
    if (protocol != IPPROTO_ICMP && protocol != IPPROTO_ICMPV6) {
      return null;
    }
    int first =
        protocol == IPPROTO_ICMP ? CtNetlink.CTA_PROTO_ICMP_ID : CtNetlink.CTA_PROTO_ICMPV6_ID;
    return new Icmp(proto.get(first).u16Be(), proto.get(first + 1).u8(), proto.get(first + 2).u8());
  }

  /** Such as {@code 17 10.0.0.1 40000 > 10.0.0.2 53}. */
  @Override
  public String toString() {
    return protocol
        + " "
        + IpAddresses.format(source)
        + " "
        + sourcePort
        + " > "
        + IpAddresses.format(destination)
        + " "
        + destinationPort;
  }
}
