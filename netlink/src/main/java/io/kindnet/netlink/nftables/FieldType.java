package io.kindnet.netlink.nftables;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nftables.expr.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The type of one field of a key or of data. The kernel stores the number and only {@code nft}
 * gives it a meaning ({@code include/datatype.h} of nftables).
 *
 * @param name what {@code nft} calls it
 * @param id its number
 * @param length in bytes
 * @param byteOrder that numbers of it have in registers
 */
public record FieldType(String name, int id, int length, ByteOrder byteOrder) {
  /** An IPv4 address. */
  public static final FieldType IPV4_ADDR = new FieldType("ipv4_addr", 7, 4, ByteOrder.BIG_ENDIAN);

  /** An IPv6 address. */
  public static final FieldType IPV6_ADDR = new FieldType("ipv6_addr", 8, 16, ByteOrder.BIG_ENDIAN);

  /** A transport protocol, one byte. */
  public static final FieldType INET_PROTO =
      new FieldType("inet_proto", 12, 1, ByteOrder.BIG_ENDIAN);

  /** A port. */
  public static final FieldType INET_SERVICE =
      new FieldType("inet_service", 13, 2, ByteOrder.BIG_ENDIAN);

  /** A packet or connection mark. */
  public static final FieldType MARK = new FieldType("mark", 19, 4, ByteOrder.nativeOrder());

  /** The name of an interface. */
  public static final FieldType IFNAME = new FieldType("ifname", 41, 16, ByteOrder.nativeOrder());

  /**
   * What happens to the packet, as data of a map: {@code NFT_DATA_VERDICT} of {@code
   * linux/netfilter/nf_tables.h}, which is no bytes.
   */
  public static final FieldType VERDICT =
      new FieldType("verdict", 0xffffff00, 0, ByteOrder.BIG_ENDIAN);

  private static final FieldType[] KNOWN = {
    IPV4_ADDR, IPV6_ADDR, INET_PROTO, INET_SERVICE, MARK, IFNAME, VERDICT
  };

  /** The type with the number {@code id}; a nameless one where it is not among those above. */
  static FieldType of(int id, int length) {
    for (FieldType type : KNOWN) {
      if (type.id == id) {
        return type;
      }
    }
    return unknown(id, length);
  }

  static FieldType unknown(int id, int length) {
    return new FieldType("type " + id, id, length, ByteOrder.BIG_ENDIAN);
  }

  /** {@code value} as {@code nft} would write it, or in hex. */
  String format(Value value) {
    byte[] bytes = value.bytes();
    if (bytes.length != length) {
      return value.toString();
    }
    return switch (id) {
      case 7, 8 -> IpAddresses.format(IpAddresses.of(bytes));
      case 12 -> protocol(bytes[0] & 0xff);
      case 13 -> Integer.toString((bytes[0] & 0xff) << 8 | (bytes[1] & 0xff));
      case 19 -> "0x" + Integer.toHexString(ByteBuffer.wrap(bytes).order(byteOrder).getInt());
      case 41 -> new String(bytes, StandardCharsets.UTF_8).replace("\0", "");
      default -> value.toString();
    };
  }

  private static String protocol(int number) {
    return switch (number) {
      case 6 -> "tcp";
      case 17 -> "udp";
      case 132 -> "sctp";
      default -> Integer.toString(number);
    };
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof FieldType type
        && id == type.id
        && length == type.length
        && byteOrder == type.byteOrder
        && name.equals(type.name);
  }

  @Override
  public int hashCode() {
    return 31 * id + length;
  }
}
