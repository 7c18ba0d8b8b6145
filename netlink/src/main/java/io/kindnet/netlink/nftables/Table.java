package io.kindnet.netlink.nftables;

import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;

/**
 * A table, which holds chains and sets.
 *
 * @param family what its chains see
 * @param name unique within the family
 */
public record Table(TableFamily family, String name) {
  void pack(MessageWriter writer) {
    pack(writer, 0);
  }

  void pack(MessageWriter writer, int flags) {
    packName(writer, NfTables.NFTA_TABLE_NAME);
    writer.attributeU32Be(NfTables.NFTA_TABLE_FLAGS, flags);
  }

  MessageWriter packName(MessageWriter writer, int attribute) {
    return NfTables.name(writer, attribute, "table", name);
  }

  static Table parse(NetlinkMessage message) {
    return ofAttribute(message, NfTables.NFTA_TABLE_NAME);
  }

  /** The table that a message of another object names. */
  static Table ofAttribute(NetlinkMessage message, int nameAttribute) {
    return new Table(
        TableFamily.ofNumber(Nfnetlink.family(message)),
        Nfnetlink.attributes(message).get(nameAttribute).string());
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof Table table && family == table.family && name.equals(table.name);
  }

  @Override
  public int hashCode() {
    return 31 * family.number() + name.hashCode();
  }

  /** As {@code nft} names it: {@code inet filter}. */
  @Override
  public String toString() {
    return family + " " + name;
  }
}
