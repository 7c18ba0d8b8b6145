package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optional;
import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optionalRegister;
import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import org.jspecify.annotations.Nullable;

/**
 * Goes on where a set of the same table holds the key, with its data where it is a map ({@code enum
 * nft_lookup_attributes}).
 *
 * @param set the name of the set
 * @param setId the number of an anonymous set within its transaction; 0 for a set with a name
 * @param source the key
 * @param destination where the data of a map goes; null for a set
 * @param inverted whether to go on where the set does not hold the key
 */
public record Lookup(
    String set, int setId, Register source, @Nullable Register destination, boolean inverted)
    implements Expression {
  /** What an anonymous set is called before the kernel gives it a number. */
  public static final String ANONYMOUS = "__set%d";

  static final String NAME = "lookup";

  private static final int NFTA_LOOKUP_SET = 1;
  private static final int NFTA_LOOKUP_SREG = 2;
  private static final int NFTA_LOOKUP_DREG = 3;
  private static final int NFTA_LOOKUP_SET_ID = 4;
  private static final int NFTA_LOOKUP_FLAGS = 5;
  private static final int NFT_LOOKUP_F_INV = 1;
  private static final String ANONYMOUS_PREFIX = "__set";

  /** Goes on where {@code set} holds what is in {@code source}. */
  public static Lookup in(String set, Register source) {
    return new Lookup(set, 0, source, null, false);
  }

  /** Goes on where {@code set} does not hold what is in {@code source}. */
  public static Lookup notIn(String set, Register source) {
    return new Lookup(set, 0, source, null, true);
  }

  /** Reads the data that {@code map} has for what is in {@code source}. */
  public static Lookup map(String map, Register source, Register destination) {
    return new Lookup(map, 0, source, destination, false);
  }

  /** Goes on where the anonymous set {@code setId} holds what is in {@code source}. */
  public static Lookup inAnonymous(int setId, Register source) {
    return new Lookup(ANONYMOUS, setId, source, null, false);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    register(writer, NFTA_LOOKUP_SREG, source);
    register(writer, NFTA_LOOKUP_DREG, destination);
    writer.attributeString(NFTA_LOOKUP_SET, set);
    if (setId != 0) {
      writer.attributeU32Be(NFTA_LOOKUP_SET_ID, setId);
    }
    if (inverted) {
      writer.attributeU32Be(NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
    }
  }

  static Lookup parse(Attributes attributes) {
    return new Lookup(
        attributes.get(NFTA_LOOKUP_SET).string(),
        optional(attributes, NFTA_LOOKUP_SET_ID, 0),
        register(attributes, NFTA_LOOKUP_SREG),
        optionalRegister(attributes, NFTA_LOOKUP_DREG),
        (optional(attributes, NFTA_LOOKUP_FLAGS, 0) & NFT_LOOKUP_F_INV) != 0);
  }

  @Override
  public Lookup normalized() {
    return set.startsWith(ANONYMOUS_PREFIX)
        ? new Lookup(ANONYMOUS, 0, source, destination, inverted)
        : this;
  }
}
