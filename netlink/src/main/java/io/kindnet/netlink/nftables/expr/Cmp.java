package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Compares a register with a constant and ends the rule where that is false ({@code enum
 * nft_cmp_attributes}).
 *
 * @param source what is compared
 * @param operation one of {@code NFT_CMP_EQ}, {@code NFT_CMP_NEQ}, …
 * @param value the constant; its length says how much of the register counts
 */
public record Cmp(Register source, int operation, Value value) implements Expression {
  /** Equal. */
  public static final int NFT_CMP_EQ = 0;

  /** Not equal. */
  public static final int NFT_CMP_NEQ = 1;

  /** Less or equal, as big-endian numbers. */
  public static final int NFT_CMP_LTE = 3;

  /** Greater or equal, as big-endian numbers. */
  public static final int NFT_CMP_GTE = 5;

  /** The register holds more. */
  public static final int NFT_CMP_GT = 4;

  static final String NAME = "cmp";

  private static final int NFTA_CMP_SREG = 1;
  private static final int NFTA_CMP_OP = 2;
  private static final int NFTA_CMP_DATA = 3;

  /** Goes on where {@code source} is {@code value}. */
  public static Cmp equal(Register source, Value value) {
    return new Cmp(source, NFT_CMP_EQ, value);
  }

  /** Goes on where {@code source} is anything but {@code value}. */
  public static Cmp notEqual(Register source, Value value) {
    return new Cmp(source, NFT_CMP_NEQ, value);
  }

  /** Goes on where {@code source} is {@code value} or less, as big-endian numbers. */
  public static Cmp atMost(Register source, Value value) {
    return new Cmp(source, NFT_CMP_LTE, value);
  }

  /** Goes on where {@code source} is {@code value} or more, as big-endian numbers. */
  public static Cmp atLeast(Register source, Value value) {
    return new Cmp(source, NFT_CMP_GTE, value);
  }

  /** Goes on if the register holds more; the bytes are compared from the first one on. */
  public static Cmp moreThan(Register source, Value value) {
    return new Cmp(source, NFT_CMP_GT, value);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    register(writer, NFTA_CMP_SREG, source);
    writer.attributeU32Be(NFTA_CMP_OP, operation);
    value.pack(writer, NFTA_CMP_DATA);
  }

  static Cmp parse(Attributes attributes) {
    return new Cmp(
        register(attributes, NFTA_CMP_SREG),
        attributes.get(NFTA_CMP_OP).u32Be(),
        Value.parse(attributes.get(NFTA_CMP_DATA)));
  }
}
