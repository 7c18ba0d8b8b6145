package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optional;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Translates the source to the address of the interface that the packet leaves by ({@code enum
 * nft_masq_attributes}).
 *
 * @param flags {@code NF_NAT_RANGE_} flags of {@code linux/netfilter/nf_nat.h}; 0 for none
 */
public record Masquerade(int flags) implements Expression {
  /** Flag: the new port is random. */
  public static final int NF_NAT_RANGE_PROTO_RANDOM_FULLY = 1 << 4;

  static final String NAME = "masq";

  private static final int NFTA_MASQ_FLAGS = 1;

  /** Keeps the port where that is free. */
  public static Masquerade plain() {
    return new Masquerade(0);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    if (flags != 0) {
      writer.attributeU32Be(NFTA_MASQ_FLAGS, flags);
    }
  }

  static Masquerade parse(Attributes attributes) {
    return new Masquerade(optional(attributes, NFTA_MASQ_FLAGS, 0));
  }
}
