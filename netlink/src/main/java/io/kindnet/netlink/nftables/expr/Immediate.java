package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Puts a constant into a register ({@code enum nft_immediate_attributes}). A constant verdict is a
 * {@link Verdict}.
 */
public record Immediate(Register destination, Value value) implements Expression {
  static final String NAME = "immediate";
  static final int NFTA_IMMEDIATE_DREG = 1;
  static final int NFTA_IMMEDIATE_DATA = 2;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    register(writer, NFTA_IMMEDIATE_DREG, destination);
    value.pack(writer, NFTA_IMMEDIATE_DATA);
  }

  static Expression parseEither(Attributes attributes) {
    Register destination = register(attributes, NFTA_IMMEDIATE_DREG);
    if (destination.equals(Register.NFT_REG_VERDICT)) {
      return Verdict.parse(attributes);
    }
    return new Immediate(destination, Value.parse(attributes.get(NFTA_IMMEDIATE_DATA)));
  }
}
