package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Turns numbers from one byte order into the other ({@code enum nft_byteorder_attributes}).
 * Comparisons go from the first byte on, so that numbers have to be in network byte order for them.
 *
 * @param source where they are
 * @param destination where to write them
 * @param operation {@code NFT_BYTEORDER_}: from network byte order, or into it
 * @param length of all of them, in bytes
 * @param size of each, in bytes
 */
public record Byteorder(Register source, Register destination, int operation, int length, int size)
    implements Expression {
  /** Into network byte order. */
  public static final int NFT_BYTEORDER_HTON = 1;

  static final String NAME = "byteorder";

  private static final int NFTA_BYTEORDER_SREG = 1;
  private static final int NFTA_BYTEORDER_DREG = 2;
  private static final int NFTA_BYTEORDER_OP = 3;
  private static final int NFTA_BYTEORDER_LEN = 4;
  private static final int NFTA_BYTEORDER_SIZE = 5;

  /** Turns the number of {@code size} bytes in {@code register} into network byte order. */
  public static Byteorder toNetwork(Register register, int size) {
    return new Byteorder(register, register, NFT_BYTEORDER_HTON, size, size);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    register(writer, NFTA_BYTEORDER_SREG, source);
    register(writer, NFTA_BYTEORDER_DREG, destination);
    writer.attributeU32Be(NFTA_BYTEORDER_OP, operation);
    writer.attributeU32Be(NFTA_BYTEORDER_LEN, length);
    writer.attributeU32Be(NFTA_BYTEORDER_SIZE, size);
  }

  static Byteorder parse(Attributes attributes) {
    return new Byteorder(
        register(attributes, NFTA_BYTEORDER_SREG),
        register(attributes, NFTA_BYTEORDER_DREG),
        attributes.get(NFTA_BYTEORDER_OP).u32Be(),
        attributes.get(NFTA_BYTEORDER_LEN).u32Be(),
        attributes.get(NFTA_BYTEORDER_SIZE).u32Be());
  }
}
