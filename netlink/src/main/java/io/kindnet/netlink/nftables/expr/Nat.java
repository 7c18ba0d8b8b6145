package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optional;
import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optionalRegister;
import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import org.jspecify.annotations.Nullable;

/**
 * Translates source or destination ({@code enum nft_nat_attributes}).
 *
 * @param type {@code NFT_NAT_SNAT} or {@code NFT_NAT_DNAT}
 * @param family of the address
 * @param addressMin the address, or the first of a range; null to keep it
 * @param addressMax the last address of a range; null for a single one
 * @param portMin the port, or the first of a range; null to keep it
 * @param portMax the last port of a range; null for a single one
 * @param flags {@code NF_NAT_RANGE_} flags besides those that the registers imply
 */
public record Nat(
    int type,
    AddressFamily family,
    @Nullable Register addressMin,
    @Nullable Register addressMax,
    @Nullable Register portMin,
    @Nullable Register portMax,
    int flags)
    implements Expression {
  /** The source is translated. */
  public static final int NFT_NAT_SNAT = 0;

  /** The destination is translated. */
  public static final int NFT_NAT_DNAT = 1;

  static final String NAME = "nat";

  private static final int NFTA_NAT_TYPE = 1;
  private static final int NFTA_NAT_FAMILY = 2;
  private static final int NFTA_NAT_REG_ADDR_MIN = 3;
  private static final int NFTA_NAT_REG_ADDR_MAX = 4;
  private static final int NFTA_NAT_REG_PROTO_MIN = 5;
  private static final int NFTA_NAT_REG_PROTO_MAX = 6;
  private static final int NFTA_NAT_FLAGS = 7;

  /** {@code NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED}: the kernel adds them itself. */
  private static final int IMPLIED_FLAGS = 1 | 1 << 1;

  /** Sends the packet to the address and port in registers. */
  public static Nat destination(AddressFamily family, Register address, @Nullable Register port) {
    return new Nat(NFT_NAT_DNAT, family, address, null, port, null, 0);
  }

  /** Makes the packet come from the address in a register. */
  public static Nat source(AddressFamily family, Register address) {
    return new Nat(NFT_NAT_SNAT, family, address, null, null, null, 0);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    writer.attributeU32Be(NFTA_NAT_TYPE, type);
    writer.attributeU32Be(NFTA_NAT_FAMILY, family.number());
    register(writer, NFTA_NAT_REG_ADDR_MIN, addressMin);
    register(writer, NFTA_NAT_REG_ADDR_MAX, addressMax);
    register(writer, NFTA_NAT_REG_PROTO_MIN, portMin);
    register(writer, NFTA_NAT_REG_PROTO_MAX, portMax);
    if (flags != 0) {
      writer.attributeU32Be(NFTA_NAT_FLAGS, flags);
    }
  }

  static Expression parse(Attributes attributes, Attribute data) {
    int family = attributes.get(NFTA_NAT_FAMILY).u32Be();
    if (family != AddressFamily.IPV4.number() && family != AddressFamily.IPV6.number()) {
      return UnknownExpression.of(NAME, data.bytes()); // translates the ports of both families
    }
    Register addressMin = optionalRegister(attributes, NFTA_NAT_REG_ADDR_MIN);
    Register addressMax = optionalRegister(attributes, NFTA_NAT_REG_ADDR_MAX);
    Register portMin = optionalRegister(attributes, NFTA_NAT_REG_PROTO_MIN);
    Register portMax = optionalRegister(attributes, NFTA_NAT_REG_PROTO_MAX);
    return new Nat(
        attributes.get(NFTA_NAT_TYPE).u32Be(),
        AddressFamily.ofNumber(family),
        addressMin,
        // the kernel lists a single address or port as a range from it to itself
        addressMax == null || addressMax.equals(addressMin) ? null : addressMax,
        portMin,
        portMax == null || portMax.equals(portMin) ? null : portMax,
        optional(attributes, NFTA_NAT_FLAGS, 0) & ~IMPLIED_FLAGS);
  }
}
