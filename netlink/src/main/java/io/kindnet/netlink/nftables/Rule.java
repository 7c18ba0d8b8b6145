package io.kindnet.netlink.nftables;

import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule does.
 *
 * @param expressions its steps
 * @param comment what {@code nft} shows behind it, 127 bytes at the most; null for nothing
 */
public record Rule(List<Expression> expressions, @Nullable String comment) {
  /** Copies the list. */
  public Rule {
    expressions = List.copyOf(expressions);
  }

  /** Begins a rule. */
  public static Builder when(List<Expression> condition) {
    return new Builder().and(condition);
  }

  /** A rule without a condition. */
  public static Rule always(Expression... expressions) {
    return new Builder().then(expressions);
  }

  /**
   * This without what the kernel fills in, such as the state of counters: what was asked for and
   * what is listed are then equal.
   */
  public Rule normalized() {
    List<Expression> normalized = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      normalized.add(expression.normalized());
    }
    return new Rule(normalized, comment);
  }

  /** The first counter of the rule, as it stood when it was listed; null where there is none. */
  public @Nullable Counter counter() {
    for (Expression expression : expressions) {
      if (expression instanceof Counter counter) {
        return counter;
      }
    }
    return null;
  }

  /** The same rule with a comment. */
  public Rule withComment(String newComment) {
    return new Rule(expressions, newComment);
  }

  /**
   * Whether the kernel would be sent the same bytes for both. The comparison that a record has of
   * itself is linked at run time for each type of expression, which takes a program that runs for a
   * few milliseconds as long as all the rest.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof Rule rule && Arrays.equals(packed(), rule.packed());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(packed());
  }

  private byte[] packed() {
    MessageWriter writer = new MessageWriter("", 0, 0);
    pack(writer);
    return writer.toBytes();
  }

  void pack(MessageWriter writer) {
    int list = writer.beginNested(NfTables.NFTA_RULE_EXPRESSIONS);
    for (Expression expression : expressions) {
      expression.pack(writer, NfTables.NFTA_LIST_ELEM);
    }
    writer.end(list);
    if (comment != null) {
      byte[] userdata =
          new Userdata().comment(Userdata.NFTNL_UDATA_RULE_COMMENT, comment).toBytes();
      writer.attribute(NfTables.NFTA_RULE_USERDATA, userdata);
    }
  }

  static Rule parse(Attributes attributes) {
    List<Expression> expressions = new ArrayList<>();
    Attribute list = attributes.find(NfTables.NFTA_RULE_EXPRESSIONS);
    if (list != null) {
      for (Attribute expression : list.nested()) {
        expressions.add(Expression.parse(expression.nested()));
      }
    }
    Attribute userdata = attributes.find(NfTables.NFTA_RULE_USERDATA);
    String comment =
        userdata == null
            ? null
            : Userdata.findComment(userdata.bytes(), Userdata.NFTNL_UDATA_RULE_COMMENT);
    return new Rule(expressions, comment);
  }

  /** Collects conditions, then what happens. */
  public static final class Builder {
    private final List<Expression> expressions = new ArrayList<>();

    private Builder() {}

    /** One more condition. */
    public Builder and(List<Expression> condition) {
      expressions.addAll(condition);
      return this;
    }

    /** Ends with what happens to the packets that all conditions hold for. */
    public Rule then(Expression... actions) {
      expressions.addAll(List.of(actions));
      return new Rule(expressions, null);
    }
  }
}
