package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.nftables.BaseChain.NF_INET_LOCAL_IN;
import static io.kindnet.netlink.nftables.BaseChain.NF_INET_POST_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_INET_PRE_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_FILTER;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_DST;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_SRC;
import static io.kindnet.netlink.nftables.FieldType.IFNAME;
import static io.kindnet.netlink.nftables.FieldType.INET_PROTO;
import static io.kindnet.netlink.nftables.FieldType.INET_SERVICE;
import static io.kindnet.netlink.nftables.FieldType.IPV4_ADDR;
import static io.kindnet.netlink.nftables.FieldType.IPV6_ADDR;
import static io.kindnet.netlink.nftables.FieldType.MARK;
import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_1;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.expr.Cmp;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Immediate;
import io.kindnet.netlink.nftables.expr.Limit;
import io.kindnet.netlink.nftables.expr.Log;
import io.kindnet.netlink.nftables.expr.Lookup;
import io.kindnet.netlink.nftables.expr.Masquerade;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Nat;
import io.kindnet.netlink.nftables.expr.Payload;
import io.kindnet.netlink.nftables.expr.Register;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The same rulesets as in the resources {@code *.nft}, made by this library. */
final class Rulesets {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int SCTP = 132;

  private Rulesets() {}

  static NftablesTransaction ipmasq() {
    Table table = new Table(TableFamily.INET, "kindnet-ipmasq");
    NamedSet v4 = NamedSet.set(table, "noMasqV4", DataType.of(IPV4_ADDR)).withAutoMerge();
    NamedSet v6 = NamedSet.set(table, "noMasqV6", DataType.of(IPV6_ADDR)).withAutoMerge();
    Chain postrouting =
        new Chain(
            table, "postrouting", BaseChain.nat(NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC - 10));
    return new NftablesTransaction()
        .add(table)
        .add(v4)
        .add(v6)
        .add(
            v4,
            Intervals.of(
                prefixes("10.244.0.0/24", "10.244.2.0/23", "192.168.7.7/32", "255.255.255.0/24")))
        .add(
            v6,
            Intervals.of(
                prefixes("fd00:10:244::/56", "fd00:10:244:1100::/56", "ffff:ffff:ffff::/48")))
        .add(postrouting)
        .append(
            postrouting,
            Rule.when(Matches.ctState(Ct.ESTABLISHED | Ct.RELATED)).then(Verdict.accept()))
        .append(postrouting, Rule.when(Matches.destinationLocal()).then(Verdict.accept()))
        .append(
            postrouting,
            Rule.when(Matches.destinationIn(AddressFamily.IPV4, "noMasqV4")).then(Verdict.accept()))
        .append(
            postrouting,
            Rule.when(Matches.destinationIn(AddressFamily.IPV6, "noMasqV6")).then(Verdict.accept()))
        .append(postrouting, Rule.always(Counter.zero(), Masquerade.plain()));
  }

  static NftablesTransaction hostPorts() {
    Table table = new Table(TableFamily.INET, "cni-kindnet");
    NamedSet v4 = hostPortMap(table, "hostport-map-v4", IPV4_ADDR);
    NamedSet v6 = hostPortMap(table, "hostport-map-v6", IPV6_ADDR);
    NamedSet hairpin = NamedSet.set(table, "hairpin-interfaces", DataType.of(IFNAME, IFNAME));
    Chain prerouting =
        new Chain(table, "prerouting", BaseChain.nat(NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST));
    Chain postrouting =
        new Chain(table, "postrouting", BaseChain.nat(NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC));
    NftablesTransaction transaction =
        new NftablesTransaction()
            .add(table)
            .add(v4)
            .add(v6)
            .add(hairpin)
            .add(prerouting)
            .add(postrouting)
            .add(
                v4,
                List.of(
                    Element.range(
                            hostPort("0.0.0.0", UDP, 80), hostPort("255.255.255.255", UDP, 80))
                        .mappedTo(podPort("10.244.1.5", 8080))
                        .withComment("kube-system/dns"),
                    Element.range(hostPort("10.0.0.5", TCP, 80), hostPort("10.0.0.5", TCP, 80))
                        .mappedTo(podPort("10.244.1.6", 80))))
            .add(
                v6,
                List.of(
                    Element.range(
                            hostPort("::", SCTP, 3868),
                            hostPort("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", SCTP, 3868))
                        .mappedTo(podPort("fd00:10:244:1::5", 3868))))
            .add(
                hairpin,
                List.of(
                    Element.of(
                        Value.concatenation(
                            Value.ofInterfaceName("knet12345678"),
                            Value.ofInterfaceName("knet12345678")))));
    dnat(transaction, prerouting, AddressFamily.IPV4, "hostport-map-v4");
    dnat(transaction, prerouting, AddressFamily.IPV6, "hostport-map-v6");
    return transaction
        .append(
            postrouting,
            Rule.when(Matches.ctStatus(Ct.IPS_DST_NAT))
                .then(
                    Meta.load(Meta.NFT_META_IIFNAME, NFT_REG_1),
                    Meta.load(Meta.NFT_META_OIFNAME, NFT_REG_1.after(16)),
                    Lookup.in("hairpin-interfaces", NFT_REG_1),
                    Masquerade.plain())
                .withComment("a pod to its own host port"))
        .append(
            postrouting,
            Rule.when(Matches.sourceIn(IpPrefix.parse("127.0.0.0/8")))
                .and(Matches.ctStatus(Ct.IPS_DST_NAT))
                .then(Masquerade.plain()));
  }

  static NftablesTransaction various() {
    Table table = new Table(TableFamily.IP6, "various");
    NamedSet addresses =
        NamedSet.set(table, "addresses", DataType.of(IPV6_ADDR))
            .withTimeout(Duration.ofHours(1))
            .withComment("those that come and go");
    NamedSet services = NamedSet.set(table, "services", DataType.of(INET_PROTO, INET_SERVICE));
    NamedSet marks = NamedSet.map(table, "marks", DataType.of(INET_SERVICE), DataType.of(MARK));
    Chain base =
        new Chain(
            table,
            "base",
            new BaseChain("filter", NF_INET_LOCAL_IN, NF_IP_PRI_FILTER, BaseChain.NF_DROP));
    Chain regular = Chain.regular(table, "regular");
    return new NftablesTransaction()
        .add(table)
        .add(addresses)
        .add(services)
        .add(marks)
        .add(base)
        .add(regular)
        .add(addresses, List.of(Element.of(address("fd00::2")).withTimeout(Duration.ofMinutes(5))))
        .add(
            services, List.of(Element.of(Value.concatenation(Value.ofByte(UDP), Value.ofPort(53)))))
        .add(marks, List.of(Element.of(Value.ofPort(443)).mappedTo(Value.ofInt(0x2a))))
        .append(
            base,
            Rule.always(
                Meta.load(Meta.NFT_META_IIFNAME, NFT_REG_1),
                Cmp.equal(NFT_REG_1, Value.ofInterfaceName("eth0")),
                Meta.load(Meta.NFT_META_L4PROTO, NFT_REG_1),
                Cmp.equal(NFT_REG_1, Value.ofByte(TCP)),
                Payload.destinationPort(NFT_REG_1),
                Cmp.equal(NFT_REG_1, Value.ofPort(80)),
                Counter.zero(),
                Verdict.jump("regular")))
        .append(
            base,
            Rule.always(
                Payload.sourceAddress(AddressFamily.IPV6, 16, NFT_REG_1),
                Lookup.notIn("addresses", NFT_REG_1),
                Verdict.drop()))
        .append(base, Rule.when(Matches.ctStatus(Ct.IPS_SRC_NAT)).then(Verdict.returnToCaller()))
        .append(
            base,
            Rule.always(
                new Immediate(NFT_REG_1, Value.ofInt(7)), Ct.set(Ct.NFT_CT_MARK, NFT_REG_1)))
        .append(
            base,
            Rule.always(
                new Immediate(NFT_REG_1, Value.ofInt(1)), Ct.set(Ct.NFT_CT_EVENTMASK, NFT_REG_1)))
        .append(
            base,
            Rule.always(
                Ct.load(Ct.NFT_CT_MARK, NFT_REG_1), Meta.set(Meta.NFT_META_MARK, NFT_REG_1)))
        .append(regular, Rule.when(destination("fd00::/61")).then(Verdict.accept()))
        .append(
            regular,
            Rule.always(Limit.perSecond(10, 20), Log.toGroup(5, "seen: ", 128), Counter.zero()))
        .append(regular, Rule.always(Log.toGroup(0, "", 0)))
        .append(regular, Rule.when(destination("fd00::/64")).then(Verdict.drop()))
        .append(
            regular,
            Rule.always(
                Meta.load(Meta.NFT_META_L4PROTO, NFT_REG_1),
                Cmp.equal(NFT_REG_1, Value.ofByte(TCP)),
                Payload.sourcePort(NFT_REG_1),
                Lookup.map("marks", NFT_REG_1, NFT_REG_1),
                Meta.set(Meta.NFT_META_MARK, NFT_REG_1)));
  }

  private static void dnat(
      NftablesTransaction transaction, Chain chain, AddressFamily family, String map) {
    int protocols =
        transaction.addAnonymous(
            chain.table(),
            DataType.of(INET_PROTO),
            List.of(
                Element.of(Value.ofByte(TCP)),
                Element.of(Value.ofByte(UDP)),
                Element.of(Value.ofByte(SCTP))));
    Register protocol = NFT_REG_1.after(family.bytes());
    transaction.append(
        chain,
        Rule.when(
                List.of(
                    Meta.load(Meta.NFT_META_L4PROTO, NFT_REG_1),
                    Lookup.inAnonymous(protocols, NFT_REG_1)))
            .and(Matches.destinationLocal())
            .and(Matches.family(family))
            .then(
                Payload.destinationAddress(family, family.bytes(), NFT_REG_1),
                Meta.load(Meta.NFT_META_L4PROTO, protocol),
                Payload.destinationPort(protocol.after(1)),
                Lookup.map(map, NFT_REG_1, NFT_REG_1),
                Nat.destination(family, NFT_REG_1, protocol)));
  }

  /** In a table of one family the family is not asked for. */
  private static List<Expression> destination(String prefix) {
    List<Expression> expressions = Matches.destinationIn(IpPrefix.parse(prefix));
    return expressions.subList(2, expressions.size());
  }

  private static NamedSet hostPortMap(Table table, String name, FieldType address) {
    return NamedSet.map(
            table,
            name,
            DataType.of(address, INET_PROTO, INET_SERVICE),
            DataType.of(address, INET_SERVICE))
        .withIntervals();
  }

  static Value hostPort(String address, int protocol, int port) {
    return Value.concatenation(address(address), Value.ofByte(protocol), Value.ofPort(port));
  }

  static Value podPort(String address, int port) {
    return Value.concatenation(address(address), Value.ofPort(port));
  }

  static Value address(String address) {
    return Value.of(IpAddresses.parse(address));
  }

  static List<IpPrefix> prefixes(String... prefixes) {
    List<IpPrefix> parsed = new ArrayList<>();
    for (String prefix : prefixes) {
      parsed.add(IpPrefix.parse(prefix));
    }
    return parsed;
  }
}
