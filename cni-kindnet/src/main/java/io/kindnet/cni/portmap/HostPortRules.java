package io.kindnet.cni.portmap;

import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_1;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Cmp;
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
import java.util.ArrayList;
import java.util.List;

/** The rules of {@link HostPortTable}, each with what {@code nft} shows of it. */
final class HostPortRules {
  /** The chain in which destinations are translated. */
  static final String CHAIN = "hostports";

  private static final IpPrefix LOOPBACK_V4 = IpPrefix.parse("127.0.0.0/8");
  private static final IpPrefix LOOPBACK_V6 = IpPrefix.parse("::1/128");
  private static final Value LOOPBACK_INTERFACE = Value.ofInterfaceName("lo");
  private static final int IFNAMSIZ = 16;

  private HostPortRules() {}

  /** What is sent to an address of the host is given to {@link #translating}. */
  static List<Rule> toThisHost(int protocols) {
    List<Expression> hasPorts =
        List.of(
            Meta.load(Meta.NFT_META_L4PROTO, NFT_REG_1), Lookup.inAnonymous(protocols, NFT_REG_1));
    return List.of(Rule.when(hasPorts).and(Matches.destinationLocal()).then(Verdict.jump(CHAIN)));
  }

  /** From the host to pods: the rules of the chain {@link #CHAIN}. */
  static List<Rule> translating() {
    List<Rule> rules = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(exceptServices(family));
      rules.add(translateByAddress(family));
      rules.add(translateOfEveryAddress(family));
    }
    return List.copyOf(rules);
  }

  static List<Rule> masquerading() {
    return List.of(
        masqueradeHairpin(AddressFamily.IPV4),
        masqueradeHairpin(AddressFamily.IPV6),
        masqueradeBridged(),
        masqueradeLoopback(LOOPBACK_V4),
        masqueradeLoopback(LOOPBACK_V6));
  }

  static List<Rule> guarding() {
    return List.of(dropLoopback());
  }

  /** {@code ip daddr @service-ips-v4 return}. */
  private static Rule exceptServices(AddressFamily family) {
    String services = HostPortTable.services(family).name();
    return Rule.when(Matches.destinationIn(family, services)).then(Verdict.returnToCaller());
  }

  /** {@code dnat ip to ip daddr . meta l4proto . th dport map @hostport-map-v4}. */
  private static Rule translateByAddress(AddressFamily family) {
    Register protocol = NFT_REG_1.after(family.bytes());
    return Rule.when(Matches.family(family))
        .then(
            Payload.destinationAddress(family, family.bytes(), NFT_REG_1),
            Meta.load(Meta.NFT_META_L4PROTO, protocol),
            Payload.destinationPort(protocol.after(1)),
            Lookup.map(HostPortTable.map(family).name(), NFT_REG_1, NFT_REG_1),
            Nat.destination(family, NFT_REG_1, protocol));
  }

  /** {@code meta nfproto ipv4 dnat ip to meta l4proto . th dport map @hostport-any-v4}. */
  private static Rule translateOfEveryAddress(AddressFamily family) {
    return Rule.when(Matches.family(family))
        .then(
            Meta.load(Meta.NFT_META_L4PROTO, NFT_REG_1),
            Payload.destinationPort(NFT_REG_1.after(1)),
            Lookup.map(HostPortTable.everyAddress(family).name(), NFT_REG_1, NFT_REG_1),
            Nat.destination(family, NFT_REG_1, NFT_REG_1.after(family.bytes())));
  }

  /** {@code ct status dnat ip saddr . ip daddr @hairpin-v4 masquerade}: a pod reaches itself. */
  private static Rule masqueradeHairpin(AddressFamily family) {
    int length = family.bytes();
    return Rule.when(Matches.ctStatus(Ct.IPS_DST_NAT))
        .and(Matches.family(family))
        .then(
            Payload.sourceAddress(family, length, NFT_REG_1),
            Payload.destinationAddress(family, length, NFT_REG_1.after(length)),
            Lookup.in(HostPortTable.hairpin(family).name(), NFT_REG_1),
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
            Lookup.in(HostPortTable.HAIRPIN_BRIDGES.name(), NFT_REG_1),
            Masquerade.plain());
  }

  /** {@code ct status dnat oifname != "lo" ip saddr 127.0.0.0/8 masquerade}. */
  private static Rule masqueradeLoopback(IpPrefix loopback) {
    return Rule.when(Matches.ctStatus(Ct.IPS_DST_NAT))
        .and(isNotLoopback(Meta.NFT_META_OIFNAME))
        .and(Matches.sourceIn(loopback))
        .then(Masquerade.plain());
  }

  /**
   * {@code iifname != "lo" ip daddr 127.0.0.0/8 drop}. The kernel itself does so for {@code ::1}.
   */
  private static Rule dropLoopback() {
    return Rule.when(isNotLoopback(Meta.NFT_META_IIFNAME))
        .and(Matches.destinationIn(LOOPBACK_V4))
        .then(Verdict.drop());
  }

  private static List<Expression> isNotLoopback(int interfaceKey) {
    return List.of(Meta.load(interfaceKey, NFT_REG_1), Cmp.notEqual(NFT_REG_1, LOOPBACK_INTERFACE));
  }
}
