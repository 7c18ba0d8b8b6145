package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * One step of a rule. The kernel carries the steps out in their order; a comparison or look-up that
 * fails ends the rule.
 *
 * <p>A new one is a record beside these with its attributes from {@code
 * linux/netfilter/nf_tables.h}, and a line in {@link #parse}.
 */
public sealed interface Expression
    permits Bitwise,
        Byteorder,
        Cmp,
        Counter,
        Ct,
        Dynset,
        Fib,
        FlowOffload,
        Immediate,
        Limit,
        Log,
        Lookup,
        Masquerade,
        Meta,
        Nat,
        Notrack,
        Payload,
        Reject,
        Tproxy,
        UnknownExpression,
        Verdict {

  /** {@code NFTA_EXPR_NAME}: what the kernel calls it. */
  String name();

  /** Appends the attributes inside {@code NFTA_EXPR_DATA}. */
  void packData(MessageWriter writer);

  /**
   * This without what the kernel fills in: the state of a counter, the number of an anonymous set.
   * What was asked for and what is listed are then equal.
   */
  default Expression normalized() {
    return this;
  }

  /** Appends the expression as attribute {@code type}, such as {@code NFTA_LIST_ELEM}. */
  default void pack(MessageWriter writer, int type) {
    int expression = writer.beginNested(type);
    writer.attributeString(ExpressionAttributes.NFTA_EXPR_NAME, name());
    int data = writer.beginNested(ExpressionAttributes.NFTA_EXPR_DATA);
    packData(writer);
    writer.end(data).end(expression);
  }

  /**
   * Reads the attributes inside of an expression.
   *
   * @return an {@link UnknownExpression} for one that this package does not know, or knows in other
   *     forms only
   * @throws io.kindnet.netlink.wire.MalformedMessageException if something needed is missing or cut
   *     short
   */
  static Expression parse(Attributes attributes) {
    return ExpressionAttributes.parse(attributes);
  }
}
