package io.kindnet.kindnetd.dnscache.kernel;

import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_1;
import static io.kindnet.netlink.nftables.expr.Register.NFT_REG_2;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Bitwise;
import io.kindnet.netlink.nftables.expr.Cmp;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Immediate;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Notrack;
import io.kindnet.netlink.nftables.expr.Payload;
import io.kindnet.netlink.nftables.expr.Register;
import io.kindnet.netlink.nftables.expr.Tproxy;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in the table {@code inet kindnet-dnscache}. A rule that gives packets to a socket ends
 * where there is none: without the cache's sockets, the table does nothing.
 */
public final class DnsTable {
  /** The table that all of it is in. */
  public static final Table TABLE = new Table(TableFamily.INET, "kindnet-dnscache");

  /**
   * The bit of the mark of packets to the cache, by which they are routed to this machine, and of
   * those that it sends. None of kube-proxy's (0x4000), the kubelet's (0x8000), the plugin
   * portmap's (0x2000) or of a network plugin with policies only (0xffff0000, 0xf00, 0x80).
   */
  public static final int MARK = 0x1000;

  /** The port of name servers. */
  public static final int PORT = 53;

  /** Where no transparent socket listens (tcpmux). */
  private static final int NOBODY = 1;

  private static final Chain PREROUTING =
      new Chain(
          TABLE,
          "prerouting",
          BaseChain.filter(BaseChain.NF_INET_PRE_ROUTING, BaseChain.NF_IP_PRI_RAW));
  private static final Chain OUTPUT =
      new Chain(
          TABLE, "output", BaseChain.filter(BaseChain.NF_INET_LOCAL_OUT, BaseChain.NF_IP_PRI_RAW));

  private DnsTable() {}

  /** The name servers. */
  static NamedSet servers(AddressFamily family) {
    return NamedSet.set(
        TABLE, "set-" + suffix(family) + "-nameservers", DataType.of(address(family)));
  }

  /** What may come to the cache: {@link Flow}. */
  static NamedSet flows(AddressFamily family) {
    return NamedSet.set(
        TABLE,
        "flows-" + suffix(family),
        DataType.of(address(family), address(family), FieldType.INET_PROTO));
  }

  /**
   * All chains with their rules, those first that others jump to.
   *
   * @param links the names of the interfaces by which pods send; one that ends with {@code *}
   *     stands for all that begin so
   * @param all whether all flows to name servers may come
   * @param draining whether nothing new comes
   */
  static Map<Chain, List<Rule>> chains(List<String> links, boolean all, boolean draining) {
    Map<Chain, List<Rule>> chains = new LinkedHashMap<>();
    List<Rule> prerouting = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      Chain intercept = intercepting(family);
      chains.put(intercept, intercept(family, all, draining));
      for (String link : links) {
        prerouting.add(
            Rule.when(Matches.inputInterface(link))
                .and(Matches.destinationIn(family, servers(family).name()))
                .then(Verdict.jump(intercept.name())));
      }
    }
    chains.put(PREROUTING, List.copyOf(prerouting));
    chains.put(OUTPUT, List.of(Rule.when(Matches.mark(MARK)).then(new Notrack())));
    return chains;
  }

  /** The chain that gives packets to sockets. */
  static Chain intercepting(AddressFamily family) {
    return Chain.regular(TABLE, "intercept-" + suffix(family));
  }

  /** Whether a rule of {@link #intercepting} is about UDP. */
  static boolean isOfDatagrams(Rule rule) {
    return rule.expressions().contains(Cmp.equal(NFT_REG_1, Value.ofByte(Flow.UDP)));
  }

  private static List<Rule> intercept(AddressFamily family, boolean all, boolean draining) {
    List<Expression> served =
        all ? Matches.family(family) : Matches.addressesAndProtocolIn(family, flows(family).name());
    List<Rule> rules = new ArrayList<>();
    if (!draining) {
      rules.add(
          Rule.when(served)
              .and(Matches.destinationPorts(Flow.UDP, PORT, PORT))
              .and(toSocket(family, /* port= */ null))
              .then(intercepted()));
      rules.add(
          Rule.when(served)
              .and(Matches.destinationPorts(Flow.TCP, PORT, PORT))
              .and(Matches.firstOfTcp())
              .and(toSocket(family, /* port= */ null))
              .then(intercepted())
              .withComment("new connections"));
    }
    rules.add(
        Rule.when(served)
            .and(Matches.destinationPorts(Flow.TCP, PORT, PORT))
            .and(toSocket(family, NFT_REG_2))
            .then(intercepted())
            .withComment("connections of the cache, but none that began without it"));
    return List.copyOf(rules);
  }

  /**
   * {@code tproxy ip to ip daddr}, or {@code tproxy ip to ip daddr:1}, which only finds the sockets
   * of connections.
   */
  private static List<Expression> toSocket(AddressFamily family, @Nullable Register port) {
    List<Expression> expressions = new ArrayList<>();
    expressions.add(Payload.destinationAddress(family, family.bytes(), NFT_REG_1));
    if (port != null) {
      expressions.add(new Immediate(port, Value.ofPort(NOBODY)));
    }
    expressions.add(new Tproxy(family, NFT_REG_1, port));
    return expressions;
  }

  private static Expression[] intercepted() {
    return new Expression[] {
      Meta.load(Meta.NFT_META_MARK, NFT_REG_1),
      Bitwise.or(NFT_REG_1, MARK),
      Meta.set(Meta.NFT_META_MARK, NFT_REG_1),
      new Notrack(),
      Counter.zero(),
      Verdict.accept()
    };
  }

  private static String suffix(AddressFamily family) {
    return family == AddressFamily.IPV4 ? "v4" : "v6";
  }

  private static FieldType address(AddressFamily family) {
    return family == AddressFamily.IPV4 ? FieldType.IPV4_ADDR : FieldType.IPV6_ADDR;
  }
}
