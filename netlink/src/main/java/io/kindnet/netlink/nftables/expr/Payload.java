package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Reads bytes of the packet ({@code enum nft_payload_attributes}).
 *
 * @param destination where they go
 * @param base what the offset counts from, such as {@code NFT_PAYLOAD_NETWORK_HEADER}
 * @param offset the first byte
 * @param length how many
 */
public record Payload(Register destination, int base, int offset, int length)
    implements Expression {
  /** From the IPv4 or IPv6 header. */
  public static final int NFT_PAYLOAD_NETWORK_HEADER = 1;

  /** From the TCP, UDP, SCTP, … header. */
  public static final int NFT_PAYLOAD_TRANSPORT_HEADER = 2;

  static final String NAME = "payload";

  private static final int NFTA_PAYLOAD_DREG = 1;
  private static final int NFTA_PAYLOAD_BASE = 2;
  private static final int NFTA_PAYLOAD_OFFSET = 3;
  private static final int NFTA_PAYLOAD_LEN = 4;
  private static final int NFTA_PAYLOAD_SREG = 5;

  // struct iphdr and struct ipv6hdr
  private static final int IPV4_SOURCE = 12;
  private static final int IPV4_DESTINATION = 16;
  private static final int IPV6_SOURCE = 8;
  private static final int IPV6_DESTINATION = 24;

  /** The source address, or the first {@code length} bytes of it. */
  public static Payload sourceAddress(AddressFamily family, int length, Register destination) {
    int offset = family == AddressFamily.IPV4 ? IPV4_SOURCE : IPV6_SOURCE;
    return new Payload(destination, NFT_PAYLOAD_NETWORK_HEADER, offset, length);
  }

  /** The destination address, or the first {@code length} bytes of it. */
  public static Payload destinationAddress(AddressFamily family, int length, Register destination) {
    int offset = family == AddressFamily.IPV4 ? IPV4_DESTINATION : IPV6_DESTINATION;
    return new Payload(destination, NFT_PAYLOAD_NETWORK_HEADER, offset, length);
  }

  /** The source port of TCP, UDP or SCTP. */
  public static Payload sourcePort(Register destination) {
    return new Payload(destination, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2);
  }

  /** The destination port of TCP, UDP or SCTP. */
  public static Payload destinationPort(Register destination) {
    return new Payload(destination, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    register(writer, NFTA_PAYLOAD_DREG, destination);
    writer.attributeU32Be(NFTA_PAYLOAD_BASE, base);
    writer.attributeU32Be(NFTA_PAYLOAD_OFFSET, offset);
    writer.attributeU32Be(NFTA_PAYLOAD_LEN, length);
  }

  static Expression parse(Attributes attributes, Attribute data) {
    if (attributes.find(NFTA_PAYLOAD_SREG) != null) {
      return UnknownExpression.of(NAME, data.bytes()); // writes into the packet
    }
    return new Payload(
        register(attributes, NFTA_PAYLOAD_DREG),
        attributes.get(NFTA_PAYLOAD_BASE).u32Be(),
        attributes.get(NFTA_PAYLOAD_OFFSET).u32Be(),
        attributes.get(NFTA_PAYLOAD_LEN).u32Be());
  }
}
