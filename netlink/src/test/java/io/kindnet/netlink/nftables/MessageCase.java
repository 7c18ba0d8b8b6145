package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.nftables.FieldType.INET_PROTO;
import static io.kindnet.netlink.nftables.FieldType.INET_SERVICE;
import static io.kindnet.netlink.nftables.FieldType.IPV4_ADDR;
import static io.kindnet.netlink.nftables.FieldType.IPV6_ADDR;
import static io.kindnet.netlink.nftables.Rulesets.address;
import static io.kindnet.netlink.nftables.Rulesets.hostPort;
import static io.kindnet.netlink.nftables.Rulesets.podPort;
import static io.kindnet.netlink.nftables.Rulesets.prefixes;
import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_1;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.expr.Byteorder;
import io.kindnet.netlink.nftables.expr.Cmp;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.FlowOffload;
import io.kindnet.netlink.nftables.expr.Immediate;
import io.kindnet.netlink.nftables.expr.Limit;
import io.kindnet.netlink.nftables.expr.Log;
import io.kindnet.netlink.nftables.expr.Lookup;
import io.kindnet.netlink.nftables.expr.Masquerade;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Nat;
import io.kindnet.netlink.nftables.expr.Notrack;
import io.kindnet.netlink.nftables.expr.Payload;
import io.kindnet.netlink.nftables.expr.Register;
import io.kindnet.netlink.nftables.expr.Tproxy;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A message.
 *
 * @param resource the name of its bytes
 * @param transaction what sends it
 * @param content what is read from it; null where it tells of no object
 */
record MessageCase(String resource, NftablesTransaction transaction, @Nullable Object content) {
  private static final Table TABLE = new Table(TableFamily.INET, "t");
  private static final Chain POST =
      new Chain(TABLE, "post", BaseChain.nat(BaseChain.NF_INET_POST_ROUTING, 90));
  private static final Chain PRE =
      new Chain(TABLE, "pre", BaseChain.nat(BaseChain.NF_INET_PRE_ROUTING, -100));
  private static final Chain CHAIN = Chain.regular(TABLE, "c");
  private static final NamedSet SET =
      NamedSet.set(TABLE, "s", DataType.of(IPV4_ADDR)).withAutoMerge().withComment("x");
  private static final NamedSet TIMEOUTS =
      NamedSet.set(TABLE, "a", DataType.of(IPV6_ADDR)).withTimeout(Duration.ofHours(1));
  private static final NamedSet MAP =
      NamedSet.map(
              TABLE,
              "m",
              DataType.of(IPV4_ADDR, INET_PROTO, INET_SERVICE),
              DataType.of(IPV4_ADDR, INET_SERVICE))
          .withIntervals();
  private static final List<Element> INTERVAL = Intervals.of(prefixes("10.1.0.0/16"));
  private static final Element HOST_PORT =
      Element.range(hostPort("10.0.0.5", 6, 80), hostPort("10.0.0.5", 6, 80))
          .mappedTo(podPort("10.244.1.6", 80))
          .withComment("a");
  private static final Element EXPIRING =
      Element.of(address("fd00::1")).withTimeout(Duration.ofMinutes(5));
  private static final Element HOST_PORT_KEY = Element.of(hostPort("10.0.0.5", 6, 80));

  private static final NamedSet VERDICTS = NamedSet.verdictMap(TABLE, "v", DataType.of(IPV4_ADDR));
  private static final Element JUMPING =
      Element.of(address("10.0.0.5")).withComment("a").mappedTo(Verdict.jump("c"));

  private static final Rule CT_STATE =
      Rule.when(Matches.ctState(Ct.ESTABLISHED | Ct.RELATED)).then(Verdict.accept());
  private static final Rule LOCAL = Rule.when(Matches.destinationLocal()).then(Verdict.accept());
  private static final Rule IN_SET =
      Rule.when(Matches.destinationIn(AddressFamily.IPV4, "s")).then(Verdict.accept());
  private static final Rule MASQUERADE =
      Rule.always(Counter.zero(), new Masquerade(Masquerade.NF_NAT_RANGE_PROTO_RANDOM_FULLY))
          .withComment("out");
  private static final Rule PREFIX =
      Rule.when(Matches.sourceIn(IpPrefix.parse("fd00::/61"))).then(Verdict.drop());
  private static final Rule JUMP =
      Rule.always(
          Meta.load(Meta.NFT_META_IIFNAME, NFT_REG_1),
          Cmp.equal(NFT_REG_1, Value.ofInterfaceName("eth0")),
          Meta.load(Meta.NFT_META_L4PROTO, NFT_REG_1),
          Cmp.equal(NFT_REG_1, Value.ofByte(6)),
          Payload.destinationPort(NFT_REG_1),
          Cmp.equal(NFT_REG_1, Value.ofPort(80)),
          Verdict.jump("c"));
  private static final Rule VMAP = Rule.when(Matches.sourceVerdict(AddressFamily.IPV4, "v")).then();
  private static final Rule GOTO =
      Rule.when(Matches.ctReply())
          .and(Matches.destinationPorts(6, 80, 90))
          .then(Verdict.gotoChain("d"));
  private static final Rule NOT_IN =
      Rule.when(Matches.family(AddressFamily.IPV6))
          .then(
              Payload.sourceAddress(AddressFamily.IPV6, 16, NFT_REG_1),
              Lookup.notIn("a", NFT_REG_1),
              Ct.load(Ct.NFT_CT_MARK, NFT_REG_1),
              Meta.set(Meta.NFT_META_MARK, NFT_REG_1));
  private static final Rule CT_MARK =
      Rule.always(
          new Immediate(NFT_REG_1, Value.ofInt(7)),
          Ct.set(Ct.NFT_CT_MARK, NFT_REG_1),
          Verdict.returnToCaller());
  private static final Rule DNAT =
      Rule.when(Matches.family(AddressFamily.IPV4))
          .then(
              Meta.load(Meta.NFT_META_L4PROTO, NFT_REG_1),
              Cmp.equal(NFT_REG_1, Value.ofByte(6)),
              new Immediate(NFT_REG_1, address("10.244.1.6")),
              new Immediate(Register.NFT_REG_2, Value.ofPort(80)),
              Nat.destination(AddressFamily.IPV4, NFT_REG_1, Register.NFT_REG_2));
  private static final Rule LOG =
      Rule.always(Limit.perSecond(10, 20), Log.toGroup(113, "egress a", 128));

  private static final Flowtable FLOWTABLE =
      new Flowtable(TABLE, "f", 5, Set.of("lo", "eth0"), Flowtable.NFT_FLOWTABLE_COUNTER);
  private static final Rule FLOW_ADD =
      Rule.always(
          Ct.load(Ct.NFT_CT_PKTS, Register.NFT_REG_1),
          Byteorder.toNetwork(Register.NFT_REG_1, Long.BYTES),
          Cmp.moreThan(Register.NFT_REG_1, Value.ofLongBe(20)),
          new FlowOffload("f"),
          Counter.zero());
  private static final Rule TPROXY =
      Rule.when(Matches.family(AddressFamily.IPV4))
          .and(Matches.destinationPorts(17, 53, 53))
          .then(
              Payload.destinationAddress(AddressFamily.IPV4, 4, NFT_REG_1),
              new Immediate(Register.NFT_REG_2, Value.ofPort(7)),
              new Tproxy(AddressFamily.IPV4, NFT_REG_1, Register.NFT_REG_2),
              new Notrack());

  static final List<MessageCase> ALL =
      List.of(
          new MessageCase("add-table", begin().add(TABLE), TABLE),
          new MessageCase("add-base-chain", begin().add(POST), POST),
          new MessageCase("add-chain", begin().add(CHAIN), CHAIN),
          new MessageCase("add-set", begin().add(SET), SET),
          new MessageCase("add-set-timeout", begin().add(TIMEOUTS), TIMEOUTS),
          new MessageCase("add-map", begin().add(MAP), MAP),
          new MessageCase("add-map-verdict", begin().add(VERDICTS), VERDICTS),
          new MessageCase(
              "add-element-verdict", begin().add(VERDICTS, List.of(JUMPING)), List.of(JUMPING)),
          new MessageCase("rule-vmap", begin().append(CHAIN, VMAP), VMAP),
          new MessageCase("rule-goto", begin().append(CHAIN, GOTO), GOTO),
          new MessageCase("add-element-interval", begin().add(SET, INTERVAL), INTERVAL),
          new MessageCase(
              "add-element-map", begin().add(MAP, List.of(HOST_PORT)), List.of(HOST_PORT)),
          new MessageCase(
              "add-element-timeout", begin().add(TIMEOUTS, List.of(EXPIRING)), List.of(EXPIRING)),
          new MessageCase(
              "delete-element",
              begin().delete(MAP, List.of(HOST_PORT_KEY)),
              List.of(HOST_PORT_KEY)),
          new MessageCase("rule-ct-state", begin().append(POST, CT_STATE), CT_STATE),
          new MessageCase("rule-local", begin().append(POST, LOCAL), LOCAL),
          new MessageCase("rule-set", begin().append(POST, IN_SET), IN_SET),
          new MessageCase("rule-masquerade", begin().append(POST, MASQUERADE), MASQUERADE),
          new MessageCase("rule-prefix", begin().append(CHAIN, PREFIX), PREFIX),
          new MessageCase("rule-jump", begin().append(POST, JUMP), JUMP),
          new MessageCase("rule-not-in", begin().insert(CHAIN, NOT_IN), NOT_IN),
          new MessageCase("rule-ct-mark", begin().append(CHAIN, CT_MARK), CT_MARK),
          new MessageCase("rule-dnat", begin().append(PRE, DNAT), DNAT),
          new MessageCase("rule-flow-add", begin().append(CHAIN, FLOW_ADD), FLOW_ADD),
          new MessageCase("add-flowtable", begin().add(FLOWTABLE), FLOWTABLE),
          new MessageCase("rule-log", begin().append(POST, LOG), LOG),
          new MessageCase("rule-tproxy", begin().append(PRE, TPROXY), TPROXY),
          new MessageCase(
              "replace-rule",
              begin().replace(PRE, 16, Rule.always(Verdict.drop())),
              Rule.always(Verdict.drop())),
          new MessageCase("delete-rule", begin().deleteRule(PRE, 16), null),
          new MessageCase("flush-chain", begin().flush(CHAIN), null),
          new MessageCase("flush-table", begin().flush(TABLE), null),
          new MessageCase("flush-set", begin().flush(SET), null),
          new MessageCase("delete-set", begin().delete(TIMEOUTS), null),
          new MessageCase("delete-chain", begin().delete(CHAIN), null),
          new MessageCase("delete-table", begin().delete(TABLE), null));

  private static NftablesTransaction begin() {
    return new NftablesTransaction();
  }

  @Override
  public String toString() {
    return resource;
  }
}
