package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optional;
import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Puts the key into a set of the same table, with the timeout of the set ({@code enum
 * nft_dynset_attributes}). Ends the rule where the set is full.
 *
 * @param operation {@code NFT_DYNSET_OP_ADD} or {@code NFT_DYNSET_OP_UPDATE}: whether the time of
 *     an element that is there stays, or begins again
 * @param set the name of the set
 * @param key what is put into it
 */
public record Dynset(int operation, String set, Register key) implements Expression {
  /** The time of an element that is there goes on. */
  public static final int NFT_DYNSET_OP_ADD = 0;

  /** The time of an element that is there begins again. */
  public static final int NFT_DYNSET_OP_UPDATE = 1;

  static final String NAME = "dynset";

  private static final int NFTA_DYNSET_SET_NAME = 1;
  private static final int NFTA_DYNSET_OP = 3;
  private static final int NFTA_DYNSET_SREG_KEY = 4;
  private static final int NFTA_DYNSET_SREG_DATA = 5;
  private static final int NFTA_DYNSET_TIMEOUT = 6;
  private static final int NFTA_DYNSET_EXPR = 7;
  private static final int NFTA_DYNSET_FLAGS = 9;
  private static final int NFTA_DYNSET_EXPRESSIONS = 10;

  /** Has {@code set} hold what is in {@code key} for its timeout from now on. */
  public static Dynset update(String set, Register key) {
    return new Dynset(NFT_DYNSET_OP_UPDATE, set, key);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    register(writer, NFTA_DYNSET_SREG_KEY, key);
    writer.attributeU32Be(NFTA_DYNSET_OP, operation);
    writer.attributeString(NFTA_DYNSET_SET_NAME, set);
  }

  static Expression parse(Attributes attributes, Attribute data) {
    Attribute timeout = attributes.find(NFTA_DYNSET_TIMEOUT);
    boolean plain =
        attributes.find(NFTA_DYNSET_SREG_DATA) == null
            && attributes.find(NFTA_DYNSET_EXPR) == null
            && attributes.find(NFTA_DYNSET_EXPRESSIONS) == null
            && (timeout == null || timeout.u64Be() == 0)
            && optional(attributes, NFTA_DYNSET_FLAGS, 0) == 0;
    if (!plain) {
      return UnknownExpression.of(NAME, data.bytes());
    }
    return new Dynset(
        attributes.get(NFTA_DYNSET_OP).u32Be(),
        attributes.get(NFTA_DYNSET_SET_NAME).string(),
        register(attributes, NFTA_DYNSET_SREG_KEY));
  }
}
