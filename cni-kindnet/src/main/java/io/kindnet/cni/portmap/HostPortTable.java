package io.kindnet.cni.portmap;

import static io.kindnet.netlink.nftables.BaseChain.NF_INET_LOCAL_OUT;
import static io.kindnet.netlink.nftables.BaseChain.NF_INET_POST_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_INET_PRE_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_DST;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_SRC;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_RAW;
import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_1;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Lookup;
import io.kindnet.netlink.nftables.expr.Masquerade;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Nat;
import io.kindnet.netlink.nftables.expr.Payload;
import io.kindnet.netlink.nftables.expr.Register;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of the host ports as it is without any pod: what is in it never changes, only the
 * elements of its sets and maps do.
 *
 * <ul>
 *   <li>{@code prerouting} and {@code output} send what comes to a port of the host to the pod that
 *       the map names.
 *   <li>{@code postrouting} makes such a packet come from the host where the answer would not come
 *       back through it: where a pod reaches itself or a neighbour on its bridge, and where its
 *       source is a loopback address.
 *   <li>{@code loopback-guard} keeps pods from the host's loopback addresses, which {@code
 *       route_localnet} opens on the interfaces of pods with host ports.
 * </ul>
 */
final class HostPortTable {
  static final Table TABLE = new Table(TableFamily.INET, "cni-kindnet");

  /** From address, protocol and port of the host to address and port of a pod. */
  static final NamedSet MAP_V4 = map("hostport-map-v4", FieldType.IPV4_ADDR);

  /** The same for IPv6. */
  static final NamedSet MAP_V6 = map("hostport-map-v6", FieldType.IPV6_ADDR);

  /** The pods with host ports, each with itself. */
  static final NamedSet HAIRPIN_V4 = pairs("hairpin-v4", FieldType.IPV4_ADDR);

  /** The same for IPv6. */
  static final NamedSet HAIRPIN_V6 = pairs("hairpin-v6", FieldType.IPV6_ADDR);

  /** The bridges that pods with host ports are plugged to, each with itself. */
  static final NamedSet HAIRPIN_BRIDGES = pairs("hairpin-bridges", FieldType.IFNAME);

  /** The interfaces by which packets with a loopback source may go to pods. */
  static final NamedSet LOOPBACK_INTERFACES =
      NamedSet.set(TABLE, "loopback-interfaces", DataType.of(FieldType.IFNAME));

  /** All of them, in the order in which elements are listed. */
  static final List<NamedSet> SETS =
      List.of(MAP_V4, MAP_V6, HAIRPIN_V4, HAIRPIN_V6, HAIRPIN_BRIDGES, LOOPBACK_INTERFACES);

  private static final int NF_IP_PRI_OUTPUT = -100;

  private static final Chain PREROUTING =
      new Chain(TABLE, "prerouting", BaseChain.nat(NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST));
  private static final Chain OUTPUT =
      new Chain(TABLE, "output", BaseChain.nat(NF_INET_LOCAL_OUT, NF_IP_PRI_OUTPUT));
  private static final Chain POSTROUTING =
      new Chain(TABLE, "postrouting", BaseChain.nat(NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC));
  private static final Chain LOOPBACK_GUARD =
      new Chain(TABLE, "loopback-guard", BaseChain.filter(NF_INET_PRE_ROUTING, NF_IP_PRI_RAW));
  private static final List<Chain> CHAINS =
      List.of(PREROUTING, OUTPUT, POSTROUTING, LOOPBACK_GUARD);

  private static final IpPrefix LOOPBACK = IpPrefix.parse("127.0.0.0/8");
  private static final int IFNAMSIZ = 16;

  private HostPortTable() {}

  static NamedSet map(AddressFamily family) {
    return family == AddressFamily.IPV4 ? MAP_V4 : MAP_V6;
  }

  static NamedSet hairpin(AddressFamily family) {
    return family == AddressFamily.IPV4 ? HAIRPIN_V4 : HAIRPIN_V6;
  }

  /** Makes what is missing of the table, its sets and chains, and the rules anew; elements stay. */
  static void build(NftablesTransaction transaction) {
    transaction.add(TABLE);
    for (NamedSet set : SETS) {
      transaction.add(set);
    }
    for (Chain chain : CHAINS) {
      transaction.add(chain).flush(chain);
      for (Rule rule : rules(chain)) {
        transaction.append(chain, rule);
      }
    }
  }

  /** Whether {@code listed}, the rules that are there, are those that {@link #build} makes. */
  static boolean isComplete(List<ListedRule> listed) {
    int seen = 0;
    for (Chain chain : CHAINS) {
      List<Rule> there = new ArrayList<>();
      for (ListedRule rule : listed) {
        if (rule.chain().equals(chain.name())) {
          there.add(rule.rule().normalized());
        }
      }
      if (!there.equals(rules(chain))) {
        return false;
      }
      seen += there.size();
    }
    return seen == listed.size();
  }

  private static List<Rule> rules(Chain chain) {
    if (chain.equals(POSTROUTING)) {
      return List.of(
          masqueradeHairpin(AddressFamily.IPV4),
          masqueradeHairpin(AddressFamily.IPV6),
          masqueradeBridged(),
          masqueradeLoopback());
    }
    if (chain.equals(LOOPBACK_GUARD)) {
      return List.of(dropLoopback());
    }
    return List.of(translate(AddressFamily.IPV4), translate(AddressFamily.IPV6));
  }

  /**
   * {@code fib daddr type local dnat ip to ip daddr . meta l4proto . th dport
   * map @hostport-map-v4}.
   */
  private static Rule translate(AddressFamily family) {
    int addressLength = family.bytes();
    Register protocol = NFT_REG_1.after(addressLength);
    Register port = protocol.after(1);
    return Rule.when(Matches.family(family))
        .and(Matches.destinationLocal())
        .then(
            Payload.destinationAddress(family, addressLength, NFT_REG_1),
            Meta.load(Meta.NFT_META_L4PROTO, protocol),
            Payload.destinationPort(port),
            Lookup.map(map(family).name(), NFT_REG_1, NFT_REG_1),
            Nat.destination(family, NFT_REG_1, NFT_REG_1.after(addressLength)));
  }

  /** {@code ct status dnat ip saddr . ip daddr @hairpin-v4 masquerade}: a pod reaches itself. */
  private static Rule masqueradeHairpin(AddressFamily family) {
    int length = family.bytes();
    return Rule.when(Matches.ctStatus(Ct.IPS_DST_NAT))
        .and(Matches.family(family))
        .then(
            Payload.sourceAddress(family, length, NFT_REG_1),
            Payload.destinationAddress(family, length, NFT_REG_1.after(length)),
            Lookup.in(hairpin(family).name(), NFT_REG_1),
            Masquerade.plain());
  }

  /**
   * {@code ct status dnat iifname . oifname @hairpin-bridges masquerade}: a pod reaches another one
   * of its bridge, whose answer would not pass the host. (Where bridged packets pass the host's
   * rules anyway, this does not match, and is not needed.)
   */
  private static Rule masqueradeBridged() {
    return Rule.when(Matches.ctStatus(Ct.IPS_DST_NAT))
        .then(
            Meta.load(Meta.NFT_META_IIFNAME, NFT_REG_1),
            Meta.load(Meta.NFT_META_OIFNAME, NFT_REG_1.after(IFNAMSIZ)),
            Lookup.in(HAIRPIN_BRIDGES.name(), NFT_REG_1),
            Masquerade.plain());
  }

  /** {@code ip saddr 127.0.0.0/8 ct status dnat oifname @loopback-interfaces masquerade}. */
  private static Rule masqueradeLoopback() {
    return Rule.when(Matches.sourceIn(LOOPBACK))
        .and(Matches.ctStatus(Ct.IPS_DST_NAT))
        .then(
            Meta.load(Meta.NFT_META_OIFNAME, NFT_REG_1),
            Lookup.in(LOOPBACK_INTERFACES.name(), NFT_REG_1),
            Masquerade.plain());
  }

  /** {@code iifname @loopback-interfaces ip daddr 127.0.0.0/8 drop}. */
  private static Rule dropLoopback() {
    List<Expression> cameByPod =
        List.of(
            Meta.load(Meta.NFT_META_IIFNAME, NFT_REG_1),
            Lookup.in(LOOPBACK_INTERFACES.name(), NFT_REG_1));
    return Rule.when(cameByPod).and(Matches.destinationIn(LOOPBACK)).then(Verdict.drop());
  }

  /** The element of the map that sends {@code port} to the pod. */
  static Element element(HostPort port) {
    IpPrefix hosts =
        port.isForAnyAddress() ? new IpPrefix(port.hostIp(), 0) : IpPrefix.host(port.hostIp());
    Value protocol = Value.ofByte(port.protocol().number());
    Value hostPort = Value.ofPort(port.hostPort());
    return Element.range(
            Value.concatenation(Value.of(hosts.address()), protocol, hostPort),
            Value.concatenation(Value.of(hosts.last()), protocol, hostPort))
        .mappedTo(
            Value.concatenation(Value.of(port.containerIp()), Value.ofPort(port.containerPort())));
  }

  static Element hairpin(InetAddress pod) {
    return Element.of(Value.concatenation(Value.of(pod), Value.of(pod)));
  }

  static Element hairpin(String bridge) {
    return Element.of(
        Value.concatenation(Value.ofInterfaceName(bridge), Value.ofInterfaceName(bridge)));
  }

  static Element loopback(String name) {
    return Element.of(Value.ofInterfaceName(name));
  }

  private static NamedSet pairs(String name, FieldType type) {
    return NamedSet.set(TABLE, name, DataType.of(type, type));
  }

  private static NamedSet map(String name, FieldType address) {
    DataType key = DataType.of(address, FieldType.INET_PROTO, FieldType.INET_SERVICE);
    return NamedSet.map(TABLE, name, key, DataType.of(address, FieldType.INET_SERVICE))
        .withIntervals();
  }
}
