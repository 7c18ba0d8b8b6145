package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optionalRegister;
import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import org.jspecify.annotations.Nullable;

/**
 * Reads, or writes, what the kernel knows of a packet besides its bytes ({@code enum
 * nft_meta_attributes}).
 *
 * @param key one of {@code NFT_META_MARK}, {@code NFT_META_L4PROTO}, …
 * @param destination where to read into; null for a write
 * @param source what to write; null for a read
 */
public record Meta(int key, @Nullable Register destination, @Nullable Register source)
    implements Expression {
  /** The link layer's protocol, {@code ETH_P_}, two bytes. */
  public static final int NFT_META_PROTOCOL = 1;

  /** The mark of the packet. */
  public static final int NFT_META_MARK = 3;

  /** The index of the interface that a packet came in by, 4 bytes in host order; 0 for none. */
  public static final int NFT_META_IIF = 4;

  /** The name of the interface that it came by. */
  public static final int NFT_META_IIFNAME = 6;

  /** The name of the interface that it leaves by. */
  public static final int NFT_META_OIFNAME = 7;

  /** Whether the packet is traced, one byte; can only be written. */
  public static final int NFT_META_NFTRACE = 12;

  /** {@code NFPROTO_IPV4} or {@code NFPROTO_IPV6}, one byte. */
  public static final int NFT_META_NFPROTO = 15;

  /** The transport protocol, {@code IPPROTO_}, one byte. */
  public static final int NFT_META_L4PROTO = 16;

  static final String NAME = "meta";

  private static final int NFTA_META_DREG = 1;
  private static final int NFTA_META_KEY = 2;
  private static final int NFTA_META_SREG = 3;

  /** Reads {@code key}. */
  public static Meta load(int key, Register destination) {
    return new Meta(key, destination, null);
  }

  /** Writes {@code key}. */
  public static Meta set(int key, Register source) {
    return new Meta(key, null, source);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    writer.attributeU32Be(NFTA_META_KEY, key);
    register(writer, NFTA_META_DREG, destination);
    register(writer, NFTA_META_SREG, source);
  }

  static Meta parse(Attributes attributes) {
    return new Meta(
        attributes.get(NFTA_META_KEY).u32Be(),
        optionalRegister(attributes, NFTA_META_DREG),
        optionalRegister(attributes, NFTA_META_SREG));
  }
}
