package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.nftables.BaseChain.NF_INET_POST_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_SRC;
import static io.kindnet.netlink.nftables.FieldType.INET_PROTO;
import static io.kindnet.netlink.nftables.FieldType.INET_SERVICE;
import static io.kindnet.netlink.nftables.FieldType.IPV4_ADDR;
import static io.kindnet.netlink.nftables.FieldType.IPV6_ADDR;
import static io.kindnet.netlink.nftables.Rulesets.address;
import static io.kindnet.netlink.nftables.Rulesets.hostPort;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.time.Duration;
import java.util.List;

/** The same ruleset as in the resource {@code policies.nft}, made by this library. */
final class PolicyRulesets {
  private static final int ICMP = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int SCTP = 132;
  private static final String CLASS = "ingress-default/web-1a2b";

  private PolicyRulesets() {}

  static NftablesTransaction policies() {
    Table table = new Table(TableFamily.INET, "policies");
    NamedSet ingress = NamedSet.verdictMap(table, "ingress-v4", DataType.of(IPV4_ADDR));
    NamedSet egress = NamedSet.verdictMap(table, "egress-v6", DataType.of(IPV6_ADDR));
    NamedSet self = NamedSet.set(table, "self-v6", DataType.of(IPV6_ADDR, IPV6_ADDR));
    NamedSet named =
        NamedSet.set(table, "named-v4", DataType.of(IPV4_ADDR, INET_PROTO, INET_SERVICE));
    NamedSet ports = NamedSet.set(table, "ports", DataType.of(INET_SERVICE)).withIntervals();
    NamedSet names =
        NamedSet.set(table, "names-v4", DataType.of(IPV4_ADDR)).withTimeout(Duration.ZERO);
    NamedSet known =
        NamedSet.set(table, "known-v4", DataType.of(IPV4_ADDR))
            .withTimeout(Duration.ofDays(1))
            .withPacketUpdates();
    Chain denied = Chain.regular(table, "denied");
    Chain pods = Chain.regular(table, CLASS);
    Chain postrouting =
        new Chain(
            table, "postrouting", BaseChain.filter(NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC - 5));
    NftablesTransaction transaction =
        new NftablesTransaction()
            .add(table)
            .add(ingress)
            .add(egress)
            .add(self)
            .add(named)
            .add(ports)
            .add(names)
            .add(known)
            .add(denied)
            .add(pods)
            .add(postrouting)
            .add(
                ingress,
                List.of(
                    Element.of(address("10.0.0.5"))
                        .withComment("default/web")
                        .mappedTo(Verdict.jump(CLASS))))
            .add(
                egress,
                List.of(Element.of(address("fd00::5")).mappedTo(Verdict.gotoChain("denied"))))
            .add(
                self,
                List.of(Element.of(Value.concatenation(address("fd00::5"), address("fd00::5")))))
            .add(
                names,
                List.of(
                    Element.of(address("192.0.2.1"))
                        .withTimeout(Duration.ofMinutes(5))
                        .withComment("www.example.com")))
            .add(named, List.of(Element.of(hostPort("10.0.0.9", UDP, 53))))
            .add(
                ports,
                List.of(Element.of(Value.ofPort(80)), Element.intervalEnd(Value.ofPort(91))));
    rules(transaction, denied, pods);
    return base(transaction, postrouting);
  }

  private static void rules(NftablesTransaction transaction, Chain denied, Chain pods) {
    transaction
        .append(
            denied,
            Rule.when(Matches.addressesIn(AddressFamily.IPV6, "self-v6"))
                .then(Verdict.returnToCaller()))
        .append(
            denied,
            Rule.always(new Counter(7, 420), Verdict.drop()).withComment("denied by default/web"))
        .append(
            pods,
            Rule.when(Matches.destinationPorts(UDP, 5000, 5010)).then(Verdict.returnToCaller()))
        .append(
            pods, Rule.when(Matches.destinationPorts(SCTP, 80, 80)).then(Verdict.returnToCaller()))
        .append(
            pods, Rule.when(Matches.destinationPortIn(TCP, "ports")).then(Verdict.returnToCaller()))
        .append(
            pods,
            Rule.when(Matches.destinationServiceIn(AddressFamily.IPV4, "named-v4"))
                .then(Verdict.returnToCaller()))
        .append(
            pods,
            Rule.when(Matches.ctState(Ct.ESTABLISHED))
                .and(Matches.destinationIn(AddressFamily.IPV4, "known-v4"))
                .and(Matches.putDestinationInto(AddressFamily.IPV4, "known-v4"))
                .then(Verdict.returnToCaller()))
        .append(
            pods,
            Rule.when(Matches.destinationIn(AddressFamily.IPV4, "names-v4"))
                .and(Matches.putDestinationInto(AddressFamily.IPV4, "known-v4"))
                .then())
        .append(pods, Rule.always(Verdict.gotoChain("denied")));
  }

  private static NftablesTransaction base(NftablesTransaction transaction, Chain postrouting) {
    return transaction
        .append(
            postrouting,
            Rule.when(Matches.ctReply())
                .and(Matches.ctState(Ct.ESTABLISHED | Ct.RELATED))
                .then(Verdict.accept()))
        .append(
            postrouting,
            Rule.when(Matches.protocol(ICMP))
                .and(Matches.ctState(Ct.RELATED))
                .then(Verdict.accept()))
        .append(postrouting, Rule.when(Matches.icmpv6Types(133, 137)).then(Verdict.accept()))
        .append(
            postrouting, Rule.when(Matches.sourceVerdict(AddressFamily.IPV6, "egress-v6")).then())
        .append(postrouting, Rule.when(Matches.sentByThisHost()).then(Verdict.accept()))
        .append(
            postrouting,
            Rule.when(Matches.destinationVerdict(AddressFamily.IPV4, "ingress-v4")).then());
  }
}
