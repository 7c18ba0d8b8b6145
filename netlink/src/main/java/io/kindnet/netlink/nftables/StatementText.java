package io.kindnet.netlink.nftables;

import io.kindnet.netlink.nftables.expr.Fib;
import io.kindnet.netlink.nftables.expr.Limit;
import io.kindnet.netlink.nftables.expr.Log;
import io.kindnet.netlink.nftables.expr.UnknownExpression;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MalformedMessageException;
import java.nio.ByteOrder;

/** Expressions that say all by themselves, in the words of {@code nft}. */
final class StatementText {
  private static final int NFTA_MATCH_NAME = 1; // also NFTA_TARGET_NAME
  private static final int NFTA_MATCH_INFO = 3;

  private StatementText() {}

  static String of(Fib fib) {
    StringBuilder text = new StringBuilder("fib ");
    String separator = "";
    String[] names = {"saddr", "daddr", "mark", "iif", "oif"};
    for (int bit = 0; bit < names.length; bit++) {
      if ((fib.flags() & 1 << bit) != 0) {
        text.append(separator).append(names[bit]);
        separator = " . ";
      }
    }
    return text.append(
            switch (fib.result()) {
              case 1 -> " oif";
              case 2 -> " oifname";
              default -> " type";
            })
        .toString();
  }

  static String of(Limit limit) {
    return "limit rate "
        + ((limit.flags() & 1) != 0 ? "over " : "")
        + limit.rate()
        + (limit.type() == Limit.NFT_LIMIT_PKTS ? "" : " bytes")
        + switch ((int) limit.unitSeconds()) {
          case 1 -> "/second";
          case 60 -> "/minute";
          case 3600 -> "/hour";
          default -> "/" + limit.unitSeconds() + " seconds";
        };
  }

  static String of(Log log) {
    return "log"
        + (log.prefix().isEmpty() ? "" : " prefix \"" + log.prefix() + "\"")
        + " group "
        + log.group();
  }

  /** Modules of iptables have a name; of its comments the text is known. */
  static String of(UnknownExpression unknown) {
    if (!unknown.name().equals("match") && !unknown.name().equals("target")) {
      return unknown.name();
    }
    try {
      Attributes attributes =
          Attributes.parse(unknown.data().duplicate().order(ByteOrder.nativeOrder()));
      String name = attributes.get(NFTA_MATCH_NAME).string();
      Attribute info = attributes.find(NFTA_MATCH_INFO);
      if (name.equals("comment") && info != null) {
        return "comment \"" + info.string() + "\"";
      }
      return "xt " + unknown.name() + " " + name;
    } catch (MalformedMessageException unreadable) {
      return "xt " + unknown.name();
    }
  }
}
