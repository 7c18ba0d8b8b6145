package io.kindnet.netlink.nftables;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Fib;
import io.kindnet.netlink.nftables.expr.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Values in the words of {@code nft}, by what they are compared with. */
final class ValueText {
  private static final int IPV4 = 2; // NFPROTO_IPV4
  private static final int IPV6 = 10;

  private static final List<String> CT_STATES = List.of("invalid", "established", "related", "new");
  private static final int UNTRACKED = 1 << 6;

  private ValueText() {}

  /**
   * @param name what it is compared with, as {@code nft} says it: {@code ip saddr}
   */
  static String of(String name, Value value) {
    byte[] bytes = value.bytes();
    if (name.endsWith("addr")) {
      byte[] whole = Arrays.copyOf(bytes, name.contains("ip6") ? 16 : 4);
      String address = IpAddresses.format(IpAddresses.of(whole));
      return bytes.length < whole.length ? address + "/" + bytes.length * 8 : address;
    }
    if (name.endsWith("ifname")) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      int end = text.indexOf(0);
      return "\"" + (end < 0 ? text + "*" : text.substring(0, end)) + "\"";
    }
    if (bytes.length == Long.BYTES) {
      return Long.toUnsignedString(ByteBuffer.wrap(bytes).getLong());
    }
    int number = number(bytes, name.endsWith("port") || name.contains("proto-"));
    return switch (name) {
      case "meta l4proto", "ip protocol" -> protocolName(number);
      case "meta nfproto" -> number == IPV4 ? "ipv4" : number == IPV6 ? "ipv6" : "" + number;
      case "ct state" -> states(number);
      case "ct direction" -> number == 0 ? "original" : "reply";
      case "ct status" -> statuses(number);
      case "meta mark", "ct mark" ->
          "0x" + HexFormat.of().withUpperCase().toHexDigits(number).replaceFirst("^0+(?=.)", "");
      default ->
          name.startsWith("fib ") && name.endsWith(" type")
              ? addressType(number)
              : bytes.length <= 4 ? Integer.toUnsignedString(number) : value.toString();
    };
  }

  private static int number(byte[] bytes, boolean network) {
    ByteBuffer buffer =
        ByteBuffer.wrap(bytes).order(network ? ByteOrder.BIG_ENDIAN : ByteOrder.nativeOrder());
    return switch (bytes.length) {
      case 1 -> bytes[0] & 0xff;
      case 2 -> buffer.getShort() & 0xffff;
      case 4 -> buffer.getInt();
      default -> 0;
    };
  }

  private static String protocolName(int number) {
    return switch (number) {
      case 1 -> "icmp";
      case 6 -> "tcp";
      case 17 -> "udp";
      case 58 -> "ipv6-icmp";
      case 132 -> "sctp";
      default -> Integer.toString(number);
    };
  }

  private static String states(int bits) {
    List<String> names = new ArrayList<>();
    for (int bit = 0; bit < CT_STATES.size(); bit++) {
      if ((bits & 1 << bit) != 0) {
        names.add(CT_STATES.get(bit));
      }
    }
    if ((bits & UNTRACKED) != 0) {
      names.add("untracked");
    }
    return String.join(",", names);
  }

  private static String statuses(int bits) {
    List<String> names = new ArrayList<>();
    if ((bits & Ct.IPS_SRC_NAT) != 0) {
      names.add("snat");
    }
    if ((bits & Ct.IPS_DST_NAT) != 0) {
      names.add("dnat");
    }
    return names.isEmpty() ? "0x" + Integer.toHexString(bits) : String.join(",", names);
  }

  private static String addressType(int type) {
    return switch (type) {
      case 1 -> "unicast";
      case Fib.RTN_LOCAL -> "local";
      case 3 -> "broadcast";
      case 4 -> "anycast";
      case 5 -> "multicast";
      default -> "type " + type;
    };
  }

  static boolean isZero(Value value) {
    for (byte each : value.bytes()) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  /** Of a mask that is a prefix its length, else the mask itself. */
  static String prefix(Value mask) {
    int bits = 0;
    boolean ended = false;
    for (byte each : mask.bytes()) {
      for (int bit = 7; bit >= 0; bit--) {
        boolean set = (each & 1 << bit) != 0;
        if (set && ended) {
          return " & " + mask;
        }
        ended |= !set;
        bits += set ? 1 : 0;
      }
    }
    return "/" + bits;
  }
}
