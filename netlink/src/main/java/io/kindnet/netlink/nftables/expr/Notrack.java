package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.MessageWriter;

/**
 * Has connection tracking leave the packet alone. In chains of priority {@code raw} only: it comes
 * too late behind connection tracking.
 */
public record Notrack() implements Expression {
  static final String NAME = "notrack";

  @Override
  public String name() {
    return NAME;
  }

  /** There are none. */
  @Override
  public void packData(MessageWriter writer) {}

  /** Without the attribute that would hold them: neither {@code nft} nor the kernel has it. */
  @Override
  public void pack(MessageWriter writer, int type) {
    int expression = writer.beginNested(type);
    writer.attributeString(ExpressionAttributes.NFTA_EXPR_NAME, NAME).end(expression);
  }
}
