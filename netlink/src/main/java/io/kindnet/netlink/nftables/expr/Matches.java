package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The usual conditions of rules, each the expressions that {@code nft} makes of the same words. All
 * of them use {@code NFT_REG_1} and leave nothing in it.
 */
public final class Matches {
  private static final int IPPROTO_ICMPV6 = 58; // linux/in6.h

  // struct tcphdr
  private static final int TCP_FLAGS = 13;
  private static final int FIN = 1;
  private static final int SYN = 1 << 1;
  private static final int RST = 1 << 2;
  private static final int ACK = 1 << 4;

  // RFC 4861
  private static final int ROUTER_SOLICITATION = 133;
  private static final int REDIRECT = 137;

  private Matches() {}

  /** {@code meta nfproto ipv4}. */
  public static List<Expression> family(AddressFamily family) {
    return List.of(
        Meta.load(Meta.NFT_META_NFPROTO, NFT_REG_1),
        Cmp.equal(NFT_REG_1, Value.ofByte(family.number())));
  }

  /** {@code ct state established,related}: one of the bits is set. */
  public static List<Expression> ctState(int bits) {
    return anyBit(Ct.load(Ct.NFT_CT_STATE, NFT_REG_1), bits);
  }

  /** {@code ct status dnat}: one of the bits is set. */
  public static List<Expression> ctStatus(int bits) {
    return anyBit(Ct.load(Ct.NFT_CT_STATUS, NFT_REG_1), bits);
  }

  /** {@code ct direction reply}: the packet goes the other way than the first of its connection. */
  public static List<Expression> ctReply() {
    return List.of(
        Ct.load(Ct.NFT_CT_DIRECTION, NFT_REG_1),
        Cmp.equal(NFT_REG_1, Value.ofByte(Ct.IP_CT_DIR_REPLY)));
  }

  /**
   * {@code meta l4proto tcp}.
   *
   * @param protocol its {@code IPPROTO_} number
   */
  public static List<Expression> protocol(int protocol) {
    return List.of(
        Meta.load(Meta.NFT_META_L4PROTO, NFT_REG_1), Cmp.equal(NFT_REG_1, Value.ofByte(protocol)));
  }

  /**
   * {@code tcp dport 80-90}, of TCP, UDP or SCTP.
   *
   * @param protocol its {@code IPPROTO_} number
   * @param last included
   */
  public static List<Expression> destinationPorts(int protocol, int first, int last) {
    List<Expression> expressions = new ArrayList<>(protocol(protocol));
    expressions.add(Payload.destinationPort(NFT_REG_1));
    if (first == last) {
      expressions.add(Cmp.equal(NFT_REG_1, Value.ofPort(first)));
    } else {
      expressions.add(Cmp.atLeast(NFT_REG_1, Value.ofPort(first)));
      expressions.add(Cmp.atMost(NFT_REG_1, Value.ofPort(last)));
    }
    return expressions;
  }

  /**
   * {@code tcp dport @set}, of TCP, UDP or SCTP.
   *
   * @param protocol its {@code IPPROTO_} number
   */
  public static List<Expression> destinationPortIn(int protocol, String set) {
    List<Expression> expressions = new ArrayList<>(protocol(protocol));
    expressions.add(Payload.destinationPort(NFT_REG_1));
    expressions.add(Lookup.in(set, NFT_REG_1));
    return expressions;
  }

  /** {@code icmpv6 type 133-137}, both ends included. */
  public static List<Expression> icmpv6Types(int first, int last) {
    List<Expression> expressions = new ArrayList<>(family(AddressFamily.IPV6));
    expressions.addAll(protocol(IPPROTO_ICMPV6));
    expressions.add(new Payload(NFT_REG_1, Payload.NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1));
    expressions.add(Cmp.atLeast(NFT_REG_1, Value.ofByte(first)));
    expressions.add(Cmp.atMost(NFT_REG_1, Value.ofByte(last)));
    return expressions;
  }

  /** {@code icmpv6 type 133-137}: the messages of neighbour discovery (RFC 4861). */
  public static List<Expression> neighbourDiscovery() {
    return icmpv6Types(ROUTER_SOLICITATION, REDIRECT);
  }

  /**
   * {@code iif 0 fib saddr type local}, in chains behind routing: a process of this machine has
   * sent it. What a bridge passes from port to port has no interface there, either, so that the
   * address is asked for, too; what is routed is told by the cheaper one alone.
   */
  public static List<Expression> sentByThisHost() {
    return List.of(
        Meta.load(Meta.NFT_META_IIF, NFT_REG_1),
        Cmp.equal(NFT_REG_1, Value.ofInt(0)),
        Fib.sourceType(NFT_REG_1),
        Cmp.equal(NFT_REG_1, Value.ofInt(Fib.RTN_LOCAL)));
  }

  /** {@code fib daddr type local}. */
  public static List<Expression> destinationLocal() {
    return List.of(
        Fib.destinationType(NFT_REG_1), Cmp.equal(NFT_REG_1, Value.ofInt(Fib.RTN_LOCAL)));
  }

  /** {@code ip daddr @set}, in a table of both families. */
  public static List<Expression> destinationIn(AddressFamily family, String set) {
    return looked(
        Payload.destinationAddress(family, family.bytes(), NFT_REG_1),
        family,
        Lookup.in(set, NFT_REG_1));
  }

  /** {@code update @set { ip daddr }}, of packets whose family was matched before. */
  public static List<Expression> putDestinationInto(AddressFamily family, String set) {
    return List.of(
        Payload.destinationAddress(family, family.bytes(), NFT_REG_1),
        Dynset.update(set, NFT_REG_1));
  }

  /** {@code ip saddr @set}, in a table of both families. */
  public static List<Expression> sourceIn(AddressFamily family, String set) {
    return looked(
        Payload.sourceAddress(family, family.bytes(), NFT_REG_1),
        family,
        Lookup.in(set, NFT_REG_1));
  }

  /** {@code ip saddr vmap @map}, in a table of both families: ends the rule with its verdict. */
  public static List<Expression> sourceVerdict(AddressFamily family, String map) {
    return looked(
        Payload.sourceAddress(family, family.bytes(), NFT_REG_1),
        family,
        Lookup.map(map, NFT_REG_1, Register.NFT_REG_VERDICT));
  }

  /** {@code ip daddr vmap @map}, in a table of both families: ends the rule with its verdict. */
  public static List<Expression> destinationVerdict(AddressFamily family, String map) {
    return looked(
        Payload.destinationAddress(family, family.bytes(), NFT_REG_1),
        family,
        Lookup.map(map, NFT_REG_1, Register.NFT_REG_VERDICT));
  }

  /** {@code ip saddr . ip daddr @set}, in a table of both families. */
  public static List<Expression> addressesIn(AddressFamily family, String set) {
    List<Expression> expressions = new ArrayList<>(family(family));
    expressions.add(Payload.sourceAddress(family, family.bytes(), NFT_REG_1));
    expressions.add(
        Payload.destinationAddress(family, family.bytes(), NFT_REG_1.after(family.bytes())));
    expressions.add(Lookup.in(set, NFT_REG_1));
    return expressions;
  }

  /** {@code ip daddr . meta l4proto . th dport @set}, in a table of both families. */
  public static List<Expression> destinationServiceIn(AddressFamily family, String set) {
    Register protocol = NFT_REG_1.after(family.bytes());
    List<Expression> expressions = new ArrayList<>(family(family));
    expressions.add(Payload.destinationAddress(family, family.bytes(), NFT_REG_1));
    expressions.add(Meta.load(Meta.NFT_META_L4PROTO, protocol));
    expressions.add(Payload.destinationPort(protocol.after(1)));
    expressions.add(Lookup.in(set, NFT_REG_1));
    return expressions;
  }

  /** {@code ip saddr . ip daddr . meta l4proto @set}, in a table of both families. */
  public static List<Expression> addressesAndProtocolIn(AddressFamily family, String set) {
    Register destination = NFT_REG_1.after(family.bytes());
    List<Expression> expressions = new ArrayList<>(family(family));
    expressions.add(Payload.sourceAddress(family, family.bytes(), NFT_REG_1));
    expressions.add(Payload.destinationAddress(family, family.bytes(), destination));
    expressions.add(Meta.load(Meta.NFT_META_L4PROTO, destination.after(family.bytes())));
    expressions.add(Lookup.in(set, NFT_REG_1));
    return expressions;
  }

  /**
   * {@code tcp flags & (fin | syn | rst | ack) == syn}: the first packet of a TCP connection, of
   * packets whose protocol was matched before.
   */
  public static List<Expression> firstOfTcp() {
    return List.of(
        new Payload(NFT_REG_1, Payload.NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS, 1),
        Bitwise.and(NFT_REG_1, Value.ofByte(FIN | SYN | RST | ACK)),
        Cmp.equal(NFT_REG_1, Value.ofByte(SYN)));
  }

  /** {@code iifname "eth0"}, or {@code iifname "knet*"} for all interfaces that begin so. */
  public static List<Expression> inputInterface(String name) {
    return interfaceNamed(Meta.NFT_META_IIFNAME, name);
  }

  /** {@code oifname "eth0"}, or {@code oifname "knet*"} for all interfaces that begin so. */
  public static List<Expression> outputInterface(String name) {
    return interfaceNamed(Meta.NFT_META_OIFNAME, name);
  }

  private static List<Expression> interfaceNamed(int key, String name) {
    Value value =
        name.endsWith("*")
            ? Value.of(name.substring(0, name.length() - 1).getBytes(US_ASCII))
            : Value.ofInterfaceName(name);
    return List.of(Meta.load(key, NFT_REG_1), Cmp.equal(NFT_REG_1, value));
  }

  /**
   * {@code meta mark & 0x1000 == 0x1000}: all bits are set.
   *
   * @param bits of the packet's mark
   */
  public static List<Expression> mark(int bits) {
    return List.of(
        Meta.load(Meta.NFT_META_MARK, NFT_REG_1),
        Bitwise.and(NFT_REG_1, Value.ofInt(bits)),
        Cmp.equal(NFT_REG_1, Value.ofInt(bits)));
  }

  private static List<Expression> looked(Payload address, AddressFamily family, Lookup lookup) {
    List<Expression> expressions = new ArrayList<>(family(family));
    expressions.add(address);
    expressions.add(lookup);
    return expressions;
  }

  /** {@code ip daddr 10.0.0.0/8}, in a table of both families. */
  public static List<Expression> destinationIn(IpPrefix prefix) {
    int length = loadedBytes(prefix);
    return in(prefix, Payload.destinationAddress(prefix.family(), length, NFT_REG_1));
  }

  /** {@code ip saddr 10.0.0.0/8}, in a table of both families. */
  public static List<Expression> sourceIn(IpPrefix prefix) {
    int length = loadedBytes(prefix);
    return in(prefix, Payload.sourceAddress(prefix.family(), length, NFT_REG_1));
  }

  private static List<Expression> in(IpPrefix prefix, Payload address) {
    List<Expression> expressions = new ArrayList<>(family(prefix.family()));
    if (prefix.length() == 0) {
      return expressions;
    }
    expressions.add(address);
    if (prefix.length() % 8 != 0) {
      byte[] mask = new byte[address.length()];
      for (int bit = 0; bit < prefix.length(); bit++) {
        mask[bit / 8] |= (byte) (0x80 >> bit % 8);
      }
      expressions.add(Bitwise.and(NFT_REG_1, Value.of(mask)));
    }
    byte[] base = Arrays.copyOf(prefix.address().getAddress(), address.length());
    expressions.add(Cmp.equal(NFT_REG_1, Value.of(base)));
    return expressions;
  }

  /** A prefix that ends between two bytes is compared without reading the bytes behind it. */
  private static int loadedBytes(IpPrefix prefix) {
    return prefix.length() % 8 == 0 ? prefix.length() / 8 : prefix.family().bytes();
  }

  private static List<Expression> anyBit(Expression load, int bits) {
    return List.of(
        load, Bitwise.and(NFT_REG_1, Value.ofInt(bits)), Cmp.notEqual(NFT_REG_1, Value.ofInt(0)));
  }
}
