package io.kindnet.netlink.nftables;

import io.kindnet.netlink.ip.AddressFamily;
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
import io.kindnet.netlink.nftables.expr.Reject;
import io.kindnet.netlink.nftables.expr.Tproxy;
import io.kindnet.netlink.nftables.expr.UnknownExpression;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rule says, for people: in the words of {@code nft} where this package knows the
 * expressions, and by its name what it does not know. Not to be read by {@code nft}.
 */
public final class RuleText {
  private static final int NETWORK = Payload.NFT_PAYLOAD_NETWORK_HEADER;

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
      case Fib fib -> loaded.put(fib.destination(), StatementText.of(fib));
      case FlowOffload flow -> words.add("flow add @" + flow.flowtable());
      case Immediate immediate -> values.put(immediate.destination(), immediate.value());
      case Bitwise bitwise -> bitwise(bitwise);
      case Byteorder byteorder ->
          loaded.put(byteorder.destination(), loaded.getOrDefault(byteorder.source(), "?"));
      case Cmp cmp -> cmp(cmp);
      case Lookup lookup -> lookup(lookup);
      case Counter counter -> words.add("counter");
      case Limit limit -> words.add(StatementText.of(limit));
      case Log log -> words.add(StatementText.of(log));
      case Masquerade masquerade -> words.add("masquerade");
      case Nat nat -> words.add(nat(nat));
      case Notrack notrack -> words.add("notrack");
      case Reject reject -> words.add("reject with icmp code " + reject.code());
      case Tproxy tproxy -> words.add(tproxy(tproxy));
      case Verdict verdict -> words.add(verdict.toString());
      case UnknownExpression unknown -> words.add(StatementText.of(unknown));
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
    return value == null ? loaded.getOrDefault(register, "?") : ValueText.of(name, value);
  }

  private void bitwise(Bitwise bitwise) {
    loaded.put(bitwise.destination(), loaded.getOrDefault(bitwise.source(), "?"));
    masks.put(bitwise.destination(), bitwise.mask());
  }

  private void cmp(Cmp cmp) {
    String name = loaded.getOrDefault(cmp.source(), "?");
    Value mask = masks.remove(cmp.source());
    if (mask != null && cmp.operation() == Cmp.NFT_CMP_NEQ && ValueText.isZero(cmp.value())) {
      words.add(name + " " + ValueText.of(name, mask)); // any of these bits
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
    String masked = mask == null ? "" : ValueText.prefix(mask);
    words.add(name + " " + operator + ValueText.of(name, cmp.value()) + masked);
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
}
