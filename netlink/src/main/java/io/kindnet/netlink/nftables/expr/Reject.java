package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Throws the packet away and tells its sender by ICMP that the destination is unreachable ({@code
 * enum nft_reject_attributes}, {@code NFT_REJECT_ICMP_UNREACH}). In a table of the family inet, a
 * rule with it is for packets of one family only.
 *
 * @param code why, a code of ICMP or of ICMPv6
 */
public record Reject(int code) implements Expression {
  /** {@code linux/icmp.h}: a firewall does not let it through. */
  public static final int ICMP_PKT_FILTERED = 13;

  /** {@code linux/icmpv6.h}: the same. */
  public static final int ICMPV6_ADM_PROHIBITED = 1;

  static final String NAME = "reject";

  private static final int NFTA_REJECT_TYPE = 1;
  private static final int NFTA_REJECT_ICMP_CODE = 2;
  private static final int NFT_REJECT_ICMP_UNREACH = 0;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    writer.attributeU32Be(NFTA_REJECT_TYPE, NFT_REJECT_ICMP_UNREACH);
    writer.attributeU8(NFTA_REJECT_ICMP_CODE, code);
  }

  static Expression parse(Attributes attributes, Attribute data) {
    return attributes.get(NFTA_REJECT_TYPE).u32Be() == NFT_REJECT_ICMP_UNREACH
        ? new Reject(attributes.get(NFTA_REJECT_ICMP_CODE).u8())
        : UnknownExpression.of(NAME, data.bytes());
  }
}
