package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import org.jspecify.annotations.Nullable;

/** What the expressions share on the wire. */
final class ExpressionAttributes {
  static final int NFTA_EXPR_NAME = 1;
  static final int NFTA_EXPR_DATA = 2;

  private ExpressionAttributes() {}

  static Expression parse(Attributes expression) {
    String name = expression.get(NFTA_EXPR_NAME).string();
    // some have no attributes, and the kernel then leaves out the attribute that would hold them
    Attribute data = expression.find(NFTA_EXPR_DATA);
    if (data == null) {
      return name.equals(Notrack.NAME) ? new Notrack() : UnknownExpression.of(name, new byte[0]);
    }
    Attributes attributes = data.nested();
    return switch (name) {
      case Bitwise.NAME -> Bitwise.parse(attributes, data);
      case Byteorder.NAME -> Byteorder.parse(attributes);
      case Cmp.NAME -> Cmp.parse(attributes);
      case Counter.NAME -> Counter.parse(attributes);
      case Ct.NAME -> Ct.parse(attributes);
      case Dynset.NAME -> Dynset.parse(attributes, data);
      case Fib.NAME -> Fib.parse(attributes);
      case FlowOffload.NAME -> FlowOffload.parse(attributes);
      case Immediate.NAME -> Immediate.parseEither(attributes);
      case Limit.NAME -> Limit.parse(attributes);
      case Log.NAME -> Log.parse(attributes, data);
      case Lookup.NAME -> Lookup.parse(attributes);
      case Masquerade.NAME -> Masquerade.parse(attributes);
      case Meta.NAME -> Meta.parse(attributes);
      case Nat.NAME -> Nat.parse(attributes, data);
      case Payload.NAME -> Payload.parse(attributes, data);
      case Reject.NAME -> Reject.parse(attributes, data);
      case Tproxy.NAME -> Tproxy.parse(attributes, data);
      default -> UnknownExpression.of(name, data.bytes());
    };
  }

  static void register(MessageWriter writer, int type, @Nullable Register register) {
    if (register != null) {
      writer.attributeU32Be(type, register.code());
    }
  }

  static Register register(Attributes attributes, int type) {
    return Register.ofCode(attributes.get(type).u32Be());
  }

  static @Nullable Register optionalRegister(Attributes attributes, int type) {
    Attribute found = attributes.find(type);
    return found == null ? null : Register.ofCode(found.u32Be());
  }

  static int optional(Attributes attributes, int type, int otherwise) {
    Attribute found = attributes.find(type);
    return found == null ? otherwise : found.u32Be();
  }
}
