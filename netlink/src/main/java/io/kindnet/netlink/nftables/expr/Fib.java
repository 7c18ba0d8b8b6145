package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Asks the routing table about the packet ({@code enum nft_fib_attributes}).
 *
 * @param destination where the answer goes
 * @param result what is asked, such as {@code NFT_FIB_RESULT_ADDRTYPE}
 * @param flags by what it is asked, such as {@code NFTA_FIB_F_DADDR}
 */
public record Fib(Register destination, int result, int flags) implements Expression {
  /** Asks for the index of the interface that the address is behind, 0 for none. */
  public static final int NFT_FIB_RESULT_OIF = 1;

  /** Asks for the type of the address, {@code RTN_LOCAL} for one. */
  public static final int NFT_FIB_RESULT_ADDRTYPE = 3;

  /** Asks by the source address. */
  public static final int NFTA_FIB_F_SADDR = 1;

  /** Asks by the destination address. */
  public static final int NFTA_FIB_F_DADDR = 1 << 1;

  /** Only what is behind the interface that the packet came in by counts. */
  public static final int NFTA_FIB_F_IIF = 1 << 3;

  /** The type of an address of this machine ({@code linux/rtnetlink.h}). */
  public static final int RTN_LOCAL = 2;

  static final String NAME = "fib";

  private static final int NFTA_FIB_DREG = 1;
  private static final int NFTA_FIB_RESULT = 2;
  private static final int NFTA_FIB_FLAGS = 3;

  /** The type of the packet's source address. */
  public static Fib sourceType(Register destination) {
    return new Fib(destination, NFT_FIB_RESULT_ADDRTYPE, NFTA_FIB_F_SADDR);
  }

  /** The type of the packet's destination address. */
  public static Fib destinationType(Register destination) {
    return new Fib(destination, NFT_FIB_RESULT_ADDRTYPE, NFTA_FIB_F_DADDR);
  }

  /**
   * The index of the interface that the packet came in by, if its source is behind that, else 0. In
   * chains before routing only.
   */
  public static Fib interfaceToSource(Register destination) {
    return new Fib(destination, NFT_FIB_RESULT_OIF, NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    writer.attributeU32Be(NFTA_FIB_FLAGS, flags);
    writer.attributeU32Be(NFTA_FIB_RESULT, result);
    register(writer, NFTA_FIB_DREG, destination);
  }

  static Fib parse(Attributes attributes) {
    return new Fib(
        register(attributes, NFTA_FIB_DREG),
        attributes.get(NFTA_FIB_RESULT).u32Be(),
        attributes.get(NFTA_FIB_FLAGS).u32Be());
  }
}
