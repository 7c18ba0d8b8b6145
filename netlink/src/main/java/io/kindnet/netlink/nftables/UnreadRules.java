package io.kindnet.netlink.nftables;

import io.kindnet.netlink.wire.NetlinkMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of a table as the kernel has listed them. To compare them with an earlier list takes a
 * small part of the time that it takes to read them.
 */
public final class UnreadRules {
  /**
   * Of {@code struct nfgenmsg}, which ends with the number of the present state: it changes with
   * each transaction, whatever that is about.
   */
  private static final int NFGENMSG_LENGTH = 4;

  private final List<NetlinkMessage> messages;
  private final Table table;

  UnreadRules(List<NetlinkMessage> messages, Table table) {
    this.messages = messages;
    this.table = table;
  }

  /**
   * Whether these are the same rules as {@code earlier}, with the same handles and counters: not
   * even one that was replaced by its like is.
   */
  public boolean isSameAs(UnreadRules earlier) {
    if (messages.size() != earlier.messages.size()) {
      return false;
    }
    for (int i = 0; i < messages.size(); i++) {
      if (!content(messages.get(i)).equals(content(earlier.messages.get(i)))) {
        return false;
      }
    }
    return true;
  }

  private static ByteBuffer content(NetlinkMessage message) {
    ByteBuffer payload = message.require(NFGENMSG_LENGTH);
    return payload.slice(NFGENMSG_LENGTH, payload.limit() - NFGENMSG_LENGTH);
  }

  /** Those of a chain in their order. */
  public List<ListedRule> read() {
    List<ListedRule> rules = new ArrayList<>(messages.size());
    for (NetlinkMessage message : messages) {
      ListedRule rule = ListedRule.parse(message);
      if (rule.table().equals(table)) {
        rules.add(rule);
      }
    }
    return rules;
  }
}
