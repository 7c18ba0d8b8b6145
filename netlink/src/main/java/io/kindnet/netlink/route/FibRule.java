package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;

/**
 * A policy rule that has packets with a mark routed by a table of their own, as {@code ip rule add
 * fwmark MARK/MASK lookup TABLE pref PRIORITY} makes it ({@code struct fib_rule_hdr} of {@code
 * linux/fib_rules.h}).
 *
 * @param priority rules are asked from the lowest to the highest; that of the table of this host's
 *     own addresses has 0, that of the main table 32766
 * @param mark what the bits of {@code mask} are in the packet's mark
 * @param table the routing table
 * @param protocol who made it, {@code RTPROT_} or a number of one's own up to 255
 */
public record FibRule(
    AddressFamily family, int priority, int mark, int mask, int table, int protocol) {
  static final int HEADER_LENGTH = 12;
  static final int FRA_DST = 1;

  private static final int FRA_PRIORITY = 6;
  private static final int FRA_FWMARK = 10;
  private static final int FRA_TABLE = 15;
  private static final int FRA_FWMASK = 16;
  private static final int FRA_PROTOCOL = 21;
  private static final int FR_ACT_TO_TBL = 1;

  void pack(MessageWriter writer) {
    // the table is in an attribute, since it may not fit the header
    writer.u8(family.number()).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(FR_ACT_TO_TBL).u32(0);
    writer.attributeU32(FRA_PRIORITY, priority);
    writer.attributeU32(FRA_FWMARK, mark);
    writer.attributeU32(FRA_FWMASK, mask);
    writer.attributeU32(FRA_TABLE, table);
    writer.attributeU8(FRA_PROTOCOL, protocol);
  }

  /** Reads {@code RTM_NEWRULE}; what this has no component for is left out. */
  static FibRule read(NetlinkMessage message) {
    int family = message.require(HEADER_LENGTH).get(0) & 0xff;
    int table = message.require(HEADER_LENGTH).get(4) & 0xff;
    Attributes attributes = message.attributesAfter(HEADER_LENGTH);
    Attribute protocol = attributes.find(FRA_PROTOCOL);
    return new FibRule(
        AddressFamily.ofNumber(family),
        optional(attributes, FRA_PRIORITY, 0),
        optional(attributes, FRA_FWMARK, 0),
        optional(attributes, FRA_FWMASK, 0),
        optional(attributes, FRA_TABLE, table),
        protocol == null ? 0 : protocol.u8());
  }

  private static int optional(Attributes attributes, int type, int otherwise) {
    Attribute found = attributes.find(type);
    return found == null ? otherwise : found.u32();
  }

  /** As {@code ip rule} writes it. */
  @Override
  public String toString() {
    return "from all fwmark 0x%x/0x%x lookup %d pref %d".formatted(mark, mask, table, priority);
  }
}
