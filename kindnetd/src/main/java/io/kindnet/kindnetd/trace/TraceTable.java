package io.kindnet.kindnetd.trace;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.NftablesException;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Cmp;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Immediate;
import io.kindnet.netlink.nftables.expr.Limit;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Payload;
import io.kindnet.netlink.nftables.expr.Register;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A table that marks packets to be traced. It belongs to the socket that made it: the kernel
 * removes it with that, whatever ends this process.
 */
final class TraceTable {
  private static final String PREROUTING = "prerouting";
  private static final String OUTPUT = "output";
  private static final Register REGISTER = Register.NFT_REG_1;

  /** Before all that others have, but fragments have been put together. */
  private static final int FIRST = -399;

  /** After connection tracking knows the connection ({@code NF_IP_PRI_CONNTRACK} is -200). */
  private static final int TRACKED = -199;

  /** After destinations were translated. */
  private static final int TRANSLATED = BaseChain.NF_IP_PRI_NAT_DST + 1;

  private final TraceQuestion question;
  private final Table table;

  TraceTable(TraceQuestion question) {
    this.question = question;
    this.table = new Table(TableFamily.INET, "kindnet-trace-" + ProcessHandle.current().pid());
  }

  Table table() {
    return table;
  }

  /** The hook of one of its chains. */
  static String hookOf(String chain) {
    return chain.startsWith(PREROUTING) ? PREROUTING : OUTPUT;
  }

  /**
   * Makes it. From then on packets are traced until {@code socket} is closed, but no more than so
   * many a second.
   *
   * @throws IllegalStateException if the kernel cannot, with the reason
   */
  void create(NftablesSocket socket) {
    NftablesTransaction transaction = socket.transaction().createOwned(table);
    for (int hook : new int[] {BaseChain.NF_INET_PRE_ROUTING, BaseChain.NF_INET_LOCAL_OUT}) {
      String name = hook == BaseChain.NF_INET_PRE_ROUTING ? PREROUTING : OUTPUT;
      fill(transaction, new Chain(table, name, filter(hook, FIRST)), addressRules());
      fill(
          transaction,
          new Chain(table, name + "-tracked", filter(hook, TRACKED)),
          connectionRules());
      fill(
          transaction,
          new Chain(table, name + "-translated", filter(hook, TRANSLATED)),
          addressRules());
    }
    try {
      socket.commit(transaction);
    } catch (NftablesException refusal) {
      if (refusal.errno() == Errno.EOPNOTSUPP || refusal.errno() == Errno.EINVAL) {
        throw new IllegalStateException(
            "this kernel has no tables that go with their owner (Linux 5.12 and newer have): nothing"
                + " is traced, since something might be left behind: "
                + refusal.getMessage(),
            refusal);
      }
      throw refusal;
    }
  }

  private static BaseChain filter(int hook, int priority) {
    return BaseChain.filter(hook, priority);
  }

  private void fill(NftablesTransaction transaction, Chain chain, List<Rule> rules) {
    transaction.add(chain);
    rules.forEach(rule -> transaction.append(chain, rule));
  }

  /** Packets from the pod and to it, by the addresses that they have. */
  private List<Rule> addressRules() {
    List<Rule> rules = new ArrayList<>();
    for (InetAddress pod : question.pod()) {
      for (List<Expression> peer : peers(pod, false)) {
        rules.add(trace(both(address(pod, true), peer), true));
      }
      for (List<Expression> peer : peers(pod, true)) {
        rules.add(trace(both(address(pod, false), peer), true));
      }
    }
    return rules;
  }

  /** Packets of the pod's connections, whatever their addresses are translated to. */
  private List<Rule> connectionRules() {
    List<Rule> rules = new ArrayList<>();
    for (InetAddress pod : question.pod()) {
      AddressFamily family = AddressFamily.of(pod);
      // the pod began it
      for (InetAddress peer : peersOf(family)) {
        rules.add(connection(family, Ct.IP_CT_DIR_ORIGINAL, pod, peer, Ct.NFT_CT_PROTO_DST));
      }
      // the pod answers
      for (InetAddress peer : peersOf(family)) {
        rules.add(connection(family, Ct.IP_CT_DIR_REPLY, pod, peer, Ct.NFT_CT_PROTO_SRC));
      }
    }
    return rules;
  }

  private Rule connection(
      AddressFamily family, int direction, InetAddress pod, InetAddress peer, int portKey) {
    boolean four = family == AddressFamily.IPV4;
    List<Expression> condition = new ArrayList<>();
    condition.addAll(
        connection(four ? Ct.NFT_CT_SRC_IP : Ct.NFT_CT_SRC_IP6, direction, Value.of(pod)));
    if (!peer.isAnyLocalAddress()) {
      condition.addAll(
          connection(four ? Ct.NFT_CT_DST_IP : Ct.NFT_CT_DST_IP6, direction, Value.of(peer)));
    }
    question.protocol().ifPresent(protocol -> condition.addAll(Matches.protocol(protocol)));
    question
        .port()
        .ifPresent(port -> condition.addAll(connection(portKey, direction, Value.ofPort(port))));
    return trace(condition, false);
  }

  private static List<Expression> connection(int key, int direction, Value value) {
    return List.of(Ct.load(key, direction, REGISTER), Cmp.equal(REGISTER, value));
  }

  /** Those of the family, or the unspecified address for any. */
  private List<InetAddress> peersOf(AddressFamily family) {
    Set<InetAddress> peers = question.peers();
    if (peers.isEmpty()) {
      return List.of(family.unspecified());
    }
    return peers.stream().filter(peer -> AddressFamily.of(peer) == family).toList();
  }

  private List<List<Expression>> peers(InetAddress pod, boolean source) {
    return peersOf(AddressFamily.of(pod)).stream()
        .map(peer -> peer.isAnyLocalAddress() ? List.<Expression>of() : address(peer, source))
        .toList();
  }

  private static List<Expression> address(InetAddress address, boolean source) {
    AddressFamily family = AddressFamily.of(address);
    int length = address.getAddress().length;
    List<Expression> match = new ArrayList<>(Matches.family(family));
    match.add(
        source
            ? Payload.sourceAddress(family, length, REGISTER)
            : Payload.destinationAddress(family, length, REGISTER));
    match.add(Cmp.equal(REGISTER, Value.of(address)));
    return match;
  }

  private static List<Expression> both(List<Expression> one, List<Expression> other) {
    List<Expression> both = new ArrayList<>(one);
    both.addAll(other);
    return both;
  }

  /**
   * @param ports whether the packet's own port is asked for
   */
  private Rule trace(List<Expression> condition, boolean ports) {
    List<Expression> all = new ArrayList<>(condition);
    if (ports) {
      question.protocol().ifPresent(protocol -> all.addAll(Matches.protocol(protocol)));
      question
          .port()
          .ifPresent(port -> {
            all.add(Payload.destinationPort(REGISTER));
            all.add(Cmp.equal(REGISTER, Value.ofPort(port)));
          });
    }
    return Rule.when(all)
        .then(
            Limit.perSecond(question.count(), question.count()),
            new Immediate(REGISTER, Value.ofByte(1)),
            Meta.set(Meta.NFT_META_NFTRACE, REGISTER));
  }
}
