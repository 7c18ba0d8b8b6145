package io.kindnet.netlink.nftables;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;
import org.jspecify.annotations.Nullable;

/**
 * A chain of rules.
 *
 * @param table where it is
 * @param name unique within the table
 * @param base where packets come from; null for a chain that only others jump to
 */
public record Chain(Table table, String name, @Nullable BaseChain base) {
  /** A chain that others jump to. */
  public static Chain regular(Table table, String name) {
    return new Chain(table, name, null);
  }

  void pack(MessageWriter writer) {
    packName(writer);
    if (base != null) {
      base.pack(writer);
    }
  }

  void packName(MessageWriter writer) {
    table.packName(writer, NfTables.NFTA_CHAIN_TABLE);
    NfTables.name(writer, NfTables.NFTA_CHAIN_NAME, "chain", name);
  }

  static Chain parse(NetlinkMessage message) {
    Attributes attributes = Nfnetlink.attributes(message);
    return new Chain(
        Table.ofAttribute(message, NfTables.NFTA_CHAIN_TABLE),
        attributes.get(NfTables.NFTA_CHAIN_NAME).string(),
        attributes.find(NfTables.NFTA_CHAIN_HOOK) == null ? null : BaseChain.parse(attributes));
  }

  /** As {@code nft} names it: {@code inet filter input}. */
  @Override
  public String toString() {
    return table + " " + name;
  }
}
