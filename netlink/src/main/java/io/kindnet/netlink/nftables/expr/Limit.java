package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optional;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Goes on with the rule for so many packets in a time, and ends it for those beyond ({@code enum
 * nft_limit_attributes}).
 *
 * @param rate how many, in each unit of time
 * @param unitSeconds the unit of time
 * @param burst how many more at once, after a time without any
 * @param type {@code NFT_LIMIT_PKTS} or {@code NFT_LIMIT_PKT_BYTES}: what is counted
 * @param flags {@code NFT_LIMIT_F_INV} goes on with those beyond; 0 for none
 */
public record Limit(long rate, long unitSeconds, int burst, int type, int flags)
    implements Expression {
  /** Packets are counted. */
  public static final int NFT_LIMIT_PKTS = 0;

  static final String NAME = "limit";

  private static final int NFTA_LIMIT_RATE = 1;
  private static final int NFTA_LIMIT_UNIT = 2;
  private static final int NFTA_LIMIT_BURST = 3;
  private static final int NFTA_LIMIT_TYPE = 4;
  private static final int NFTA_LIMIT_FLAGS = 5;

  /** So many packets a second. */
  public static Limit perSecond(long packets, int burst) {
    return new Limit(packets, 1, burst, NFT_LIMIT_PKTS, 0);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    writer.attributeU64Be(NFTA_LIMIT_RATE, rate);
    writer.attributeU64Be(NFTA_LIMIT_UNIT, unitSeconds);
    writer.attributeU32Be(NFTA_LIMIT_BURST, burst);
    writer.attributeU32Be(NFTA_LIMIT_TYPE, type);
    writer.attributeU32Be(NFTA_LIMIT_FLAGS, flags);
  }

  static Limit parse(Attributes attributes) {
    return new Limit(
        attributes.get(NFTA_LIMIT_RATE).u64Be(),
        attributes.get(NFTA_LIMIT_UNIT).u64Be(),
        optional(attributes, NFTA_LIMIT_BURST, 0),
        optional(attributes, NFTA_LIMIT_TYPE, NFT_LIMIT_PKTS),
        optional(attributes, NFTA_LIMIT_FLAGS, 0));
  }
}
