package io.kindnet.netlink.nftables;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nftables.expr.Bitwise;
import io.kindnet.netlink.nftables.expr.Byteorder;
import io.kindnet.netlink.nftables.expr.Cmp;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Dynset;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Fib;
import io.kindnet.netlink.nftables.expr.FlowOffload;
import io.kindnet.netlink.nftables.expr.Immediate;
import io.kindnet.netlink.nftables.expr.Limit;
import io.kindnet.netlink.nftables.expr.Log;
import io.kindnet.netlink.nftables.expr.Lookup;
import io.kindnet.netlink.nftables.expr.Masquerade;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Nat;
import io.kindnet.netlink.nftables.expr.Notrack;
import io.kindnet.netlink.nftables.expr.Payload;
import io.kindnet.netlink.nftables.expr.Register;
import io.kindnet.netlink.nftables.expr.Tproxy;
import io.kindnet.netlink.nftables.expr.UnknownExpression;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rule says, for people: in the words of {@code nft} where this package knows the
 * expressions, and by its name what it does not know. Not to be read by {@code nft}.
 */
public final class RuleText {
  private static final int NETWORK = Payload.NFT_PAYLOAD_NETWORK_HEADER;
  private static final int IPV4 = 2; // NFPROTO_IPV4
  private static final int IPV6 = 10;
  private static final int NFTA_MATCH_NAME = 1; // also NFTA_TARGET_NAME
  private static final int NFTA_MATCH_INFO = 3;

  private static final List<String> CT_STATES = List.of("invalid", "established", "related", "new");
  private static final int UNTRACKED = 1 << 6;

  private final List<String> words = new ArrayList<>();
  private final Map<Register, String> loaded = new HashMap<>();
  private final Map<Register, Value> values = new HashMap<>();
  private final Map<Register, Value> masks = new HashMap<>();

  private RuleText() {}

  /** The text of {@code rule}, its comment included. */
  public static String of(Rule rule) {
    RuleText text = new RuleText();
    rule.expressions().forEach(text::add);
    if (rule.comment() != null) {
      text.words.add("comment \"" + rule.comment() + "\"");
    }
    return String.join(" ", text.words);
  }

  private void add(Expression expression) {
    switch (expression) {
      case Payload payload -> loaded.put(payload.destination(), payload(payload));
      case Meta meta -> meta(meta);
      case Ct ct -> ct(ct);
      case Dynset dynset -> words.add(dynset(dynset));
      case Fib fib -> loaded.put(fib.destination(), fib(fib));
      case FlowOffload flow -> words.add("flow add @" + flow.flowtable());
      case Immediate immediate -> values.put(immediate.destination(), immediate.value());
      case Bitwise bitwise -> bitwise(bitwise);
      case Byteorder byteorder ->
          loaded.put(byteorder.destination(), loaded.getOrDefault(byteorder.source(), "?"));
      case Cmp cmp -> cmp(cmp);
      case Lookup lookup -> lookup(lookup);
      case Counter counter -> words.add("counter");
      case Limit limit -> words.add(limit(limit));
      case Log log -> words.add(log(log));
      case Masquerade masquerade -> words.add("masquerade");
      case Nat nat -> words.add(nat(nat));
      case Notrack notrack -> words.add("notrack");
      case Tproxy tproxy -> words.add(tproxy(tproxy));
      case Verdict verdict -> words.add(verdict.toString());
      case UnknownExpression unknown -> words.add(unknown(unknown));
    }
  }

  private String payload(Payload payload) {
    if (payload.base() == NETWORK) {
      boolean six = !words.isEmpty() && words.getLast().equals("meta nfproto ipv6");
      // of an address, as many bytes as the prefix has
      if (!six && payload.length() < 4 && (payload.offset() == 12 || payload.offset() == 16)) {
        return payload.offset() == 12 ? "ip saddr" : "ip daddr";
      }
      if (six && payload.length() < 16 && (payload.offset() == 8 || payload.offset() == 24)) {
        return payload.offset() == 8 ? "ip6 saddr" : "ip6 daddr";
      }
      String family = payload.length() == 16 ? "ip6" : "ip";
      return switch (payload.offset() * 100 + payload.length()) {
        case 1204, 816 -> family + " saddr";
        case 1604, 2416 -> family + " daddr";
        case 901 -> "ip protocol";
        default -> "@nh," + payload.offset() * 8 + "," + payload.length() * 8;
      };
    }
    if (payload.base() == Payload.NFT_PAYLOAD_TRANSPORT_HEADER && payload.length() == 2) {
      String protocol = protocol();
      if (payload.offset() == 0) {
        return protocol + " sport";
      }
      if (payload.offset() == 2) {
        return protocol + " dport";
      }
    }
    return "@th," + payload.offset() * 8 + "," + payload.length() * 8;
  }

  private String tproxy(Tproxy tproxy) {
    Value port = tproxy.port() == null ? null : values.get(tproxy.port());
    String to = tproxy.address() == null ? "" : loaded.getOrDefault(tproxy.address(), "?");
    return "tproxy to " + to + (port == null ? "" : ":" + FieldType.INET_SERVICE.format(port));
  }

  /** The protocol that a condition before this one asks for, which is not said twice. */
  private String protocol() {
    String last = words.isEmpty() ? "" : words.getLast();
    for (String protocol : List.of("tcp", "udp", "sctp")) {
      if (last.equals("meta l4proto " + protocol)) {
        words.removeLast();
        return protocol;
      }
    }
    return "th";
  }

  private void meta(Meta meta) {
    String name =
        switch (meta.key()) {
          case 1 -> "meta protocol";
          case 2 -> "meta priority";
          case 3 -> "meta mark";
          case 4 -> "iif";
          case 5 -> "oif";
          case 6 -> "iifname";
          case 7 -> "oifname";
          case 10 -> "meta skuid";
          case 12 -> "meta nftrace";
          case 15 -> "meta nfproto";
          case 16 -> "meta l4proto";
          default -> "meta key " + meta.key();
        };
    set(name, meta.destination(), meta.source());
  }

  private void ct(Ct ct) {
    Integer direction = ct.direction();
    String prefix = direction == null ? "ct " : direction == 0 ? "ct original " : "ct reply ";
    String name =
        switch (ct.key()) {
          case 0 -> "state";
          case 1 -> "direction";
          case 2 -> "status";
          case 3 -> "mark";
          case 11 -> "proto-src";
          case 12 -> "proto-dst";
          case 14 -> "packets";
          case 19 -> "ip saddr";
          case 20 -> "ip daddr";
          case 21 -> "ip6 saddr";
          case 22 -> "ip6 daddr";
          default -> "key " + ct.key();
        };
    set(prefix + name, ct.destination(), ct.source());
  }

  private void set(String name, @Nullable Register destination, @Nullable Register source) {
    if (destination != null) {
      loaded.put(destination, name);
      masks.remove(destination);
    } else if (source != null) {
      words.add(name + " set " + value(name, source));
    }
  }

  private String value(String name, Register register) {
    Value value = values.get(register);
    return value == null ? loaded.getOrDefault(register, "?") : text(name, value);
  }

  private static String fib(Fib fib) {
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

  private void bitwise(Bitwise bitwise) {
    loaded.put(bitwise.destination(), loaded.getOrDefault(bitwise.source(), "?"));
    masks.put(bitwise.destination(), bitwise.mask());
  }

  private void cmp(Cmp cmp) {
    String name = loaded.getOrDefault(cmp.source(), "?");
    Value mask = masks.remove(cmp.source());
    if (mask != null && cmp.operation() == Cmp.NFT_CMP_NEQ && isZero(cmp.value())) {
      words.add(name + " " + text(name, mask)); // any of these bits
      return;
    }
    String operator =
        switch (cmp.operation()) {
          case Cmp.NFT_CMP_EQ -> "";
          case Cmp.NFT_CMP_NEQ -> "!= ";
          case 2 -> "< ";
          case Cmp.NFT_CMP_LTE -> "<= ";
          case 4 -> "> ";
          default -> ">= ";
        };
    String masked = mask == null ? "" : prefix(mask);
    words.add(name + " " + operator + text(name, cmp.value()) + masked);
  }

  private static boolean isZero(Value value) {
    for (byte each : value.bytes()) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  /** Of a mask that is a prefix its length, else the mask itself. */
  private static String prefix(Value mask) {
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

  private void lookup(Lookup lookup) {
    String set = lookup.set().startsWith("__") ? "{ … }" : "@" + lookup.set();
    String key = String.join(" . ", keys(lookup.source()));
    Register destination = lookup.destination();
    if (destination == null) {
      words.add(key + (lookup.inverted() ? " != " : " ") + set);
    } else if (destination.equals(Register.NFT_REG_VERDICT)) {
      words.add(key + " vmap " + set);
    } else {
      loaded.put(destination, key + " map " + set);
    }
  }

  /** A key of several fields is in registers that follow each other; only the first is certain. */
  private List<String> keys(Register first) {
    List<String> keys = new ArrayList<>();
    for (Register register = first;
        loaded.containsKey(register) && keys.size() < 4;
        register = new Register(Math.min(15, register.number() + width(register)))) {
      keys.add(loaded.getOrDefault(register, "?"));
      if (register.number() + width(register) > 15) {
        break;
      }
    }
    return keys.isEmpty() ? List.of("?") : keys;
  }

  private int width(Register register) {
    return loaded.getOrDefault(register, "").startsWith("ip6 ") ? 4 : 1;
  }

  private String dynset(Dynset dynset) {
    String operation = dynset.operation() == Dynset.NFT_DYNSET_OP_ADD ? "add" : "update";
    String key = String.join(" . ", keys(dynset.key()));
    return operation + " @" + dynset.set() + " { " + key + " }";
  }

  private static String limit(Limit limit) {
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

  private static String log(Log log) {
    return "log"
        + (log.prefix().isEmpty() ? "" : " prefix \"" + log.prefix() + "\"")
        + " group "
        + log.group();
  }

  private String nat(Nat nat) {
    StringBuilder text = new StringBuilder(nat.type() == Nat.NFT_NAT_SNAT ? "snat" : "dnat");
    Register address = nat.addressMin();
    Register port = nat.portMin();
    text.append(nat.family() == AddressFamily.IPV4 ? " ip to " : " ip6 to ");
    if (address != null) {
      text.append(value("ip daddr", address));
    }
    if (port != null && values.containsKey(port)) {
      text.append(':').append(value("th dport", port));
    }
    return text.toString();
  }

  /** Modules of iptables have a name; of its comments the text is known. */
  private static String unknown(UnknownExpression unknown) {
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

  private static String text(String name, Value value) {
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
}
