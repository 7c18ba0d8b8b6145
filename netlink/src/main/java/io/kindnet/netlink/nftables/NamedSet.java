package io.kindnet.netlink.nftables;

import io.kindnet.netlink.nftables.expr.Lookup;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A set of keys, or a map from keys to data.
 *
 * @param table where it is
 * @param name unique within the table
 * @param flags {@code NFT_SET_} flags of {@code linux/netfilter/nf_tables.h}
 * @param key the type of the keys
 * @param data the type of the data of a map; null for a set
 * @param timeout after which elements go that have none of their own; zero for never
 * @param autoMerge whether {@code nft} joins intervals that touch; the kernel never does
 * @param comment what {@code nft} shows with it; null for nothing
 */
public record NamedSet(
    Table table,
    String name,
    int flags,
    DataType key,
    @Nullable DataType data,
    Duration timeout,
    boolean autoMerge,
    @Nullable String comment) {
  /** Flag: without a name, lives as long as the rule that uses it. */
  public static final int NFT_SET_ANONYMOUS = 0x1;

  /** Flag: never changes. */
  public static final int NFT_SET_CONSTANT = 0x2;

  /** Flag: elements are intervals. */
  public static final int NFT_SET_INTERVAL = 0x4;

  /** Flag: a map. */
  public static final int NFT_SET_MAP = 0x8;

  /** Flag: elements may have timeouts. */
  public static final int NFT_SET_TIMEOUT = 0x10;

  /** Flag: packets may put elements into it ({@code flags dynamic}). */
  public static final int NFT_SET_EVAL = 0x20;

  /** Flag: intervals of several fields. */
  public static final int NFT_SET_CONCAT = 0x80;

  private static final int NO_BYTE_ORDER = 0;
  private static final int HOST_BYTE_ORDER = 1;
  private static final int NETWORK_BYTE_ORDER = 2;

  /** A set of single keys. */
  public static NamedSet set(Table table, String name, DataType key) {
    return new NamedSet(table, name, 0, key, null, Duration.ZERO, false, null);
  }

  /** A map of single keys. */
  public static NamedSet map(Table table, String name, DataType key, DataType data) {
    return new NamedSet(table, name, NFT_SET_MAP, key, data, Duration.ZERO, false, null);
  }

  /** A map from single keys to verdicts. */
  public static NamedSet verdictMap(Table table, String name, DataType key) {
    return map(table, name, key, DataType.of(FieldType.VERDICT));
  }

  /** A set without a name, for one rule. */
  static NamedSet anonymous(Table table, DataType key) {
    return set(table, Lookup.ANONYMOUS, key).withFlags(NFT_SET_ANONYMOUS | NFT_SET_CONSTANT);
  }

  /** The same with intervals as elements. */
  public NamedSet withIntervals() {
    return withFlags(NFT_SET_INTERVAL | (key.isConcatenation() ? NFT_SET_CONCAT : 0));
  }

  /** The same with intervals that {@code nft} joins where they touch. */
  public NamedSet withAutoMerge() {
    return new NamedSet(table, name, flags, key, data, timeout, true, comment).withIntervals();
  }

  /** The same with a timeout for elements that have none of their own; zero for never. */
  public NamedSet withTimeout(Duration newTimeout) {
    int newFlags = flags | NFT_SET_TIMEOUT;
    return new NamedSet(table, name, newFlags, key, data, newTimeout, autoMerge, comment);
  }

  /** The same with elements that packets may put into it. */
  public NamedSet withPacketUpdates() {
    return withFlags(NFT_SET_EVAL);
  }

  /** The same with a comment. */
  public NamedSet withComment(String newComment) {
    return new NamedSet(table, name, flags, key, data, timeout, autoMerge, newComment);
  }

  private NamedSet withFlags(int more) {
    return new NamedSet(table, name, flags | more, key, data, timeout, autoMerge, comment);
  }

  /** Whether elements are intervals of one field: two elements of the kernel each. */
  boolean hasPairs() {
    return (flags & NFT_SET_INTERVAL) != 0 && !key.isConcatenation();
  }

  /** {@code element} as {@code nft} would write it: {@code element 10.0.0.1 . tcp . 80}. */
  public String describe(Element element) {
    return element.describe(this);
  }

  void pack(MessageWriter writer, int id) {
    packName(writer);
    writer.attributeU32Be(NfTables.NFTA_SET_FLAGS, flags);
    writer.attributeU32Be(NfTables.NFTA_SET_KEY_TYPE, key.id());
    writer.attributeU32Be(NfTables.NFTA_SET_KEY_LEN, key.length());
    if (data != null) {
      writer.attributeU32Be(NfTables.NFTA_SET_DATA_TYPE, data.id());
      writer.attributeU32Be(NfTables.NFTA_SET_DATA_LEN, data.length());
    }
    writer.attributeU32Be(NfTables.NFTA_SET_ID, id);
    if (!timeout.isZero()) {
      writer.attributeU64Be(NfTables.NFTA_SET_TIMEOUT, timeout.toMillis());
    }
    if ((flags & NFT_SET_CONCAT) != 0) {
      packFields(writer);
    }
    writer.attribute(NfTables.NFTA_SET_USERDATA, userdata());
  }

  /** The length of each field: the kernel searches intervals field by field. */
  private void packFields(MessageWriter writer) {
    int description = writer.beginNested(NfTables.NFTA_SET_DESC);
    int concatenation = writer.beginNested(NfTables.NFTA_SET_DESC_CONCAT);
    for (FieldType field : key.fields()) {
      int element = writer.beginNested(NfTables.NFTA_LIST_ELEM);
      writer.attributeU32Be(NfTables.NFTA_SET_FIELD_LEN, field.length()).end(element);
    }
    writer.end(concatenation).end(description);
  }

  private byte[] userdata() {
    Userdata userdata = new Userdata();
    userdata.u32(Userdata.NFTNL_UDATA_SET_KEYBYTEORDER, byteOrder(key));
    if (data != null) {
      userdata.u32(Userdata.NFTNL_UDATA_SET_DATABYTEORDER, byteOrder(data));
    }
    if (autoMerge) {
      userdata.u32(Userdata.NFTNL_UDATA_SET_MERGE_ELEMENTS, 1);
    }
    return userdata.comment(Userdata.NFTNL_UDATA_SET_COMMENT, comment).toBytes();
  }

  private static int byteOrder(DataType type) {
    if (type.isConcatenation() || type.fields().getFirst().equals(FieldType.VERDICT)) {
      return NO_BYTE_ORDER;
    }
    boolean network = type.fields().getFirst().byteOrder() == ByteOrder.BIG_ENDIAN;
    return network ? NETWORK_BYTE_ORDER : HOST_BYTE_ORDER;
  }

  void packName(MessageWriter writer) {
    table.packName(writer, NfTables.NFTA_SET_TABLE);
    NfTables.name(writer, NfTables.NFTA_SET_NAME, "set", name);
  }

  static NamedSet parse(NetlinkMessage message) {
    Attributes attributes = Nfnetlink.attributes(message);
    Attribute flags = attributes.find(NfTables.NFTA_SET_FLAGS);
    Attribute timeout = attributes.find(NfTables.NFTA_SET_TIMEOUT);
    Attribute attached = attributes.find(NfTables.NFTA_SET_USERDATA);
    byte[] userdata = attached == null ? new byte[0] : attached.bytes();
    return new NamedSet(
        Table.ofAttribute(message, NfTables.NFTA_SET_TABLE),
        attributes.get(NfTables.NFTA_SET_NAME).string(),
        flags == null ? 0 : flags.u32Be(),
        type(attributes, NfTables.NFTA_SET_KEY_TYPE, NfTables.NFTA_SET_KEY_LEN),
        attributes.find(NfTables.NFTA_SET_DATA_TYPE) == null
            ? null
            : type(attributes, NfTables.NFTA_SET_DATA_TYPE, NfTables.NFTA_SET_DATA_LEN),
        timeout == null ? Duration.ZERO : Duration.ofMillis(timeout.u64Be()),
        Userdata.findU32(userdata, Userdata.NFTNL_UDATA_SET_MERGE_ELEMENTS, 0) != 0,
        Userdata.findComment(userdata, Userdata.NFTNL_UDATA_SET_COMMENT));
  }

  private static DataType type(Attributes attributes, int typeAttribute, int lengthAttribute) {
    Attribute type = attributes.find(typeAttribute);
    Attribute length = attributes.find(lengthAttribute);
    return DataType.parse(type == null ? 0 : type.u32Be(), length == null ? 0 : length.u32Be());
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof NamedSet set
        && name.equals(set.name)
        && table.equals(set.table)
        && flags == set.flags
        && key.equals(set.key)
        && Objects.equals(data, set.data)
        && timeout.equals(set.timeout)
        && autoMerge == set.autoMerge
        && Objects.equals(comment, set.comment);
  }

  @Override
  public int hashCode() {
    return 31 * table.hashCode() + name.hashCode();
  }

  /** As {@code nft} names it: {@code map inet nat ports}. */
  @Override
  public String toString() {
    return (data == null ? "set " : "map ") + table + " " + name;
  }
}
