package io.kindnet.netlink.nftables;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Flows whose packets go from one interface to the other past the hooks of IP, once a rule has
 * added them ({@code enum nft_flowtable_attributes}). Needs Linux 5.13 to change interfaces in
 * place.
 *
 * @param table its table
 * @param name unique within the table
 * @param priority among those that look at packets as they come in
 * @param devices the names of the interfaces
 * @param flags {@code NFT_FLOWTABLE_} flags
 */
public record Flowtable(Table table, String name, int priority, Set<String> devices, int flags) {
  /** Flag: packets count for connection tracking, too. */
  public static final int NFT_FLOWTABLE_COUNTER = 2;

  private static final int NF_NETDEV_INGRESS = 0;

  /** Copies the set. */
  public Flowtable {
    devices = Set.copyOf(devices);
  }

  void pack(MessageWriter writer) {
    packName(writer);
    packHook(writer, devices);
    if (flags != 0) {
      writer.attributeU32Be(NfTables.NFTA_FLOWTABLE_FLAGS, flags);
    }
  }

  void packName(MessageWriter writer) {
    table.packName(writer, NfTables.NFTA_FLOWTABLE_TABLE);
    NfTables.name(writer, NfTables.NFTA_FLOWTABLE_NAME, "flowtable", name);
  }

  /** With some of its interfaces only, in the order of their names. */
  void packHook(MessageWriter writer, Collection<String> some) {
    int hook = writer.beginNested(NfTables.NFTA_FLOWTABLE_HOOK);
    writer.attributeU32Be(NfTables.NFTA_FLOWTABLE_HOOK_NUM, NF_NETDEV_INGRESS);
    writer.attributeU32Be(NfTables.NFTA_FLOWTABLE_HOOK_PRIORITY, priority);
    if (!some.isEmpty()) {
      int list = writer.beginNested(NfTables.NFTA_FLOWTABLE_HOOK_DEVS);
      for (String device : new TreeSet<>(some)) {
        writer.attributeString(NfTables.NFTA_DEVICE_NAME, device);
      }
      writer.end(list);
    }
    writer.end(hook);
  }

  static Flowtable parse(NetlinkMessage message) {
    Attributes attributes = Nfnetlink.attributes(message);
    Attributes hook = attributes.get(NfTables.NFTA_FLOWTABLE_HOOK).nested();
    Attribute flags = attributes.find(NfTables.NFTA_FLOWTABLE_FLAGS);
    return new Flowtable(
        Table.ofAttribute(message, NfTables.NFTA_FLOWTABLE_TABLE),
        attributes.get(NfTables.NFTA_FLOWTABLE_NAME).string(),
        hook.get(NfTables.NFTA_FLOWTABLE_HOOK_PRIORITY).u32Be(),
        devices(hook.find(NfTables.NFTA_FLOWTABLE_HOOK_DEVS)),
        flags == null ? 0 : flags.u32Be());
  }

  private static Set<String> devices(@Nullable Attribute list) {
    Collection<String> names = new ArrayList<>();
    if (list != null) {
      for (Attribute device : list.nested()) {
        names.add(device.string());
      }
    }
    return Set.copyOf(names);
  }

  /** As an error names it. */
  @Override
  public String toString() {
    return table + " " + name;
  }
}
