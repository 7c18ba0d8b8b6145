package io.kindnet.netlink.nftables;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;

/**
 * A rule in the kernel.
 *
 * @param table its table
 * @param chain the name of its chain
 * @param handle what it is deleted and replaced by; unique within the table
 * @param rule what it does
 */
public record ListedRule(Table table, String chain, long handle, Rule rule) {
  static ListedRule parse(NetlinkMessage message) {
    Attributes attributes = Nfnetlink.attributes(message);
    return new ListedRule(
        Table.ofAttribute(message, NfTables.NFTA_RULE_TABLE),
        attributes.get(NfTables.NFTA_RULE_CHAIN).string(),
        attributes.get(NfTables.NFTA_RULE_HANDLE).u64Be(),
        Rule.parse(attributes));
  }
}
