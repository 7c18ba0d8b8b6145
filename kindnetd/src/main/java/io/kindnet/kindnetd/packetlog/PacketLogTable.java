package io.kindnet.kindnetd.packetlog;

import static io.kindnet.netlink.nftables.BaseChain.NF_INET_PRE_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_DST;

import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Limit;
import io.kindnet.netlink.nftables.expr.Log;
import io.kindnet.netlink.nftables.expr.Matches;
import java.util.List;
import java.util.function.Supplier;

/** The table {@code inet kindnet-nflog}, which logs what comes in once it has been translated. */
final class PacketLogTable {
  static final Table TABLE = new Table(TableFamily.INET, "kindnet-nflog");

  /** The group of nflog that the original logs to. */
  static final int GROUP = 100;

  /** Enough for the headers of IPv6 with a few extensions, and of what is inside. */
  private static final int SNAP_LENGTH = 128;

  private static final int PACKETS_PER_SECOND = 100;
  private static final int BURST = 200;
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_UDP = 17;

  private static final Chain PREROUTING =
      new Chain(TABLE, "prerouting", BaseChain.filter(NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST + 5));

  private static final List<Rule> RULES = List.of(rule(IPPROTO_TCP), rule(IPPROTO_UDP));

  private final Supplier<NftablesSocket> nftables;

  /**
   * @param nftables gives the socket of the network namespace; asked each time, since it may fail
   */
  PacketLogTable(Supplier<NftablesSocket> nftables) {
    this.nftables = nftables;
  }

  /** The limit comes first: what is beyond it costs the node next to nothing. */
  private static Rule rule(int protocol) {
    return Rule.when(Matches.protocol(protocol))
        .then(Limit.perSecond(PACKETS_PER_SECOND, BURST), Log.toGroup(GROUP, "", SNAP_LENGTH));
  }

  /** Makes the table unless it is there as it should be. Returns whether anything was to do. */
  boolean ensure() {
    return nftables
        .get()
        .update((listing, transaction) -> {
          boolean active = listing.isActive(TABLE);
          Chain present = listing.chain(TABLE, PREROUTING.name());
          boolean same = PREROUTING.equals(present);
          if (active && same && listing.hasRules(PREROUTING, RULES)) {
            return;
          }
          transaction.add(TABLE);
          if (present != null) {
            transaction.flush(present);
            if (!same) {
              transaction.delete(present);
            }
          }
          transaction.add(PREROUTING);
          RULES.forEach(rule -> transaction.append(PREROUTING, rule));
        });
  }

  /** Removes the table with all that is in it. Returns whether it was there. */
  boolean remove() {
    return nftables.get().remove(TABLE);
  }
}
