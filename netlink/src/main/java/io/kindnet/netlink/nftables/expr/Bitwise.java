package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optional;
import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * {@code destination = (source & mask) ^ xor} ({@code enum nft_bitwise_attributes}).
 *
 * @param source what is read
 * @param destination what is written
 * @param mask as long as the value
 * @param xor as long as the value
 */
public record Bitwise(Register source, Register destination, Value mask, Value xor)
    implements Expression {
  static final String NAME = "bitwise";

  private static final int NFTA_BITWISE_SREG = 1;
  private static final int NFTA_BITWISE_DREG = 2;
  private static final int NFTA_BITWISE_LEN = 3;
  private static final int NFTA_BITWISE_MASK = 4;
  private static final int NFTA_BITWISE_XOR = 5;
  private static final int NFTA_BITWISE_OP = 6;
  private static final int NFT_BITWISE_MASK_XOR = 0;

  /** Keeps the bits of {@code mask} in {@code register}. */
  public static Bitwise and(Register register, Value mask) {
    return new Bitwise(register, register, mask, Value.of(new byte[mask.length()]));
  }

  /** Sets the bits of {@code bits} in a number of four bytes in {@code register}. */
  public static Bitwise or(Register register, int bits) {
    return new Bitwise(register, register, Value.ofInt(~bits), Value.ofInt(bits));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    register(writer, NFTA_BITWISE_SREG, source);
    register(writer, NFTA_BITWISE_DREG, destination);
    writer.attributeU32Be(NFTA_BITWISE_LEN, mask.length());
    mask.pack(writer, NFTA_BITWISE_MASK);
    xor.pack(writer, NFTA_BITWISE_XOR);
  }

  static Expression parse(Attributes attributes, Attribute data) {
    if (optional(attributes, NFTA_BITWISE_OP, NFT_BITWISE_MASK_XOR) != NFT_BITWISE_MASK_XOR) {
      return UnknownExpression.of(NAME, data.bytes());
    }
    return new Bitwise(
        register(attributes, NFTA_BITWISE_SREG),
        register(attributes, NFTA_BITWISE_DREG),
        Value.parse(attributes.get(NFTA_BITWISE_MASK)),
        Value.parse(attributes.get(NFTA_BITWISE_XOR)));
  }
}
