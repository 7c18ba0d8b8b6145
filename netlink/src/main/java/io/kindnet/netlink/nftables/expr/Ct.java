package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optionalRegister;
import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import org.jspecify.annotations.Nullable;

/**
 * Reads from, or writes to, the packet's connection tracking entry ({@code enum
 * nft_ct_attributes}).
 *
 * @param key one of {@code NFT_CT_STATE}, {@code NFT_CT_MARK}, …
 * @param direction 0 original, 1 reply; null where the key has none
 * @param destination where to read into; null for a write
 * @param source what to write; null for a read
 */
public record Ct(
    int key, @Nullable Integer direction, @Nullable Register destination, @Nullable Register source)
    implements Expression {
  /** The state of the packet's connection, a set of bits such as {@link #ESTABLISHED}. */
  public static final int NFT_CT_STATE = 0;

  /** Whether the packet goes the original way (0) or is a reply (1). */
  public static final int NFT_CT_DIRECTION = 1;

  /** {@code IPS_} bits such as {@link #IPS_DST_NAT}. */
  public static final int NFT_CT_STATUS = 2;

  /** The mark of the connection. */
  public static final int NFT_CT_MARK = 3;

  /** The port that a direction comes from, two bytes. */
  public static final int NFT_CT_PROTO_SRC = 11;

  /** The port that a direction goes to, two bytes. */
  public static final int NFT_CT_PROTO_DST = 12;

  /** How many packets the connection had in both directions, eight bytes in native byte order. */
  public static final int NFT_CT_PKTS = 14;

  /**
   * Of which changes listeners are told, {@code IPCT_} bits in native byte order; to write only.
   */
  public static final int NFT_CT_EVENTMASK = 18;

  /** The IPv4 address that a direction comes from. */
  public static final int NFT_CT_SRC_IP = 19;

  /** The IPv4 address that a direction goes to. */
  public static final int NFT_CT_DST_IP = 20;

  /** The IPv6 address that a direction comes from. */
  public static final int NFT_CT_SRC_IP6 = 21;

  /** The IPv6 address that a direction goes to. */
  public static final int NFT_CT_DST_IP6 = 22;

  /** Bit of the state: no valid connection. */
  public static final int INVALID = 1;

  /** Bit of the state: packets went both ways. */
  public static final int ESTABLISHED = 1 << 1;

  /** Bit of the state: belongs to another connection, such as an ICMP error. */
  public static final int RELATED = 1 << 2;

  /** Bit of the state: the first packets. */
  public static final int NEW = 1 << 3;

  /** Bit of the status: the source is translated ({@code linux/nf_conntrack_common.h}). */
  public static final int IPS_SRC_NAT = 1 << 4;

  /** Bit of the status: the destination is translated. */
  public static final int IPS_DST_NAT = 1 << 5;

  /** The direction of the first packet ({@code linux/nf_conntrack_tuple_common.h}). */
  public static final int IP_CT_DIR_ORIGINAL = 0;

  /** The direction of replies ({@code linux/nf_conntrack_tuple_common.h}). */
  public static final int IP_CT_DIR_REPLY = 1;

  static final String NAME = "ct";

  private static final int NFTA_CT_DREG = 1;
  private static final int NFTA_CT_KEY = 2;
  private static final int NFTA_CT_DIRECTION = 3;
  private static final int NFTA_CT_SREG = 4;

  /** Reads {@code key}. */
  public static Ct load(int key, Register destination) {
    return new Ct(key, null, destination, null);
  }

  /** Reads {@code key} of one direction, {@code IP_CT_DIR_}. */
  public static Ct load(int key, int direction, Register destination) {
    return new Ct(key, direction, destination, null);
  }

  /** Writes {@code key}. */
  public static Ct set(int key, Register source) {
    return new Ct(key, null, null, source);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    writer.attributeU32Be(NFTA_CT_KEY, key);
    register(writer, NFTA_CT_DREG, destination);
    if (direction != null) {
      writer.attributeU8(NFTA_CT_DIRECTION, direction);
    }
    register(writer, NFTA_CT_SREG, source);
  }

  static Ct parse(Attributes attributes) {
    Attribute direction = attributes.find(NFTA_CT_DIRECTION);
    return new Ct(
        attributes.get(NFTA_CT_KEY).u32Be(),
        direction == null ? null : direction.u8(),
        optionalRegister(attributes, NFTA_CT_DREG),
        optionalRegister(attributes, NFTA_CT_SREG));
  }
}
