package io.kindnet.kindnetd.fastpath;

import static io.kindnet.netlink.nftables.BaseChain.NF_INET_FORWARD;

import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.Flowtable;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Byteorder;
import io.kindnet.netlink.nftables.expr.Cmp;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.FlowOffload;
import io.kindnet.netlink.nftables.expr.Lookup;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Register;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code inet kindnet-fastpath}. Made once and then changed in place: flows of interfaces
 * that stay go on.
 */
final class FastPathTable {
  static final Table TABLE = new Table(TableFamily.INET, "kindnet-fastpath");

  private static final Table PROBE = new Table(TableFamily.INET, "kindnet-fastpath-probe");
  private static final String FLOWTABLE = "kindnet-flowtables";
  private static final int PRIORITY = 5;
  private static final int NF_IP_PRI_MANGLE = -150;
  private static final NamedSet DEVICES =
      NamedSet.set(TABLE, "kindnet-set-devices", DataType.of(FieldType.IFNAME));
  private static final Chain CHAIN =
      new Chain(
          TABLE, "kindnet-fastpath-chain", BaseChain.filter(NF_INET_FORWARD, NF_IP_PRI_MANGLE));

  private final Supplier<NftablesSocket> nftables;
  private final List<Rule> rules;

  /**
   * @param threshold the packets after which a flow takes the fast path
   * @param nftables gives the socket of the network namespace; asked each time, since it may fail
   */
  FastPathTable(int threshold, Supplier<NftablesSocket> nftables) {
    this.nftables = nftables;
    this.rules =
        List.of(
            passUnlessIn(Meta.NFT_META_IIFNAME),
            passUnlessIn(Meta.NFT_META_OIFNAME),
            add(threshold));
  }

  private static Rule passUnlessIn(int interfaceKey) {
    return Rule.always(
        Meta.load(interfaceKey, Register.NFT_REG_1),
        Lookup.notIn(DEVICES.name(), Register.NFT_REG_1),
        Verdict.returnToCaller());
  }

  private static Rule add(int threshold) {
    return Rule.when(Matches.ctState(Ct.ESTABLISHED))
        .then(
            Ct.load(Ct.NFT_CT_PKTS, Register.NFT_REG_1),
            Byteorder.toNetwork(Register.NFT_REG_1, Long.BYTES),
            Cmp.moreThan(Register.NFT_REG_1, Value.ofLongBe(threshold)),
            new FlowOffload(FLOWTABLE),
            Counter.zero());
  }

  private static Flowtable flowtable(Set<String> devices) {
    return new Flowtable(TABLE, FLOWTABLE, PRIORITY, devices, Flowtable.NFT_FLOWTABLE_COUNTER);
  }

  /**
   * Tries what the kernel can do, in the network namespace of the calling thread, by a table that
   * is gone before anybody could see it. By a socket of its own: a start after another one writes
   * nothing else.
   *
   * @throws io.kindnet.netlink.nftables.NftablesException if it has no flowtables
   */
  static void probe() {
    Flowtable flowtable =
        new Flowtable(PROBE, "probe", PRIORITY, Set.of(), Flowtable.NFT_FLOWTABLE_COUNTER);
    Chain chain = Chain.regular(PROBE, "probe");
    try (NftablesSocket socket = NftablesSocket.open()) {
      socket.commit(
          socket
              .transaction()
              .add(PROBE)
              .add(flowtable)
              .add(chain)
              .append(chain, Rule.always(new FlowOffload("probe")))
              .delete(PROBE));
    }
  }

  /**
   * Brings the table to where it should be. Flows go on, but for those of an interface that is
   * gone.
   *
   * @param devices the interfaces between which flows are offloaded
   * @return whether anything was to do
   */
  boolean ensure(Set<String> devices) {
    return bring(devices, /* isReplaced= */ false);
  }

  /**
   * As {@link #ensure}, and has all offloaded flows take the usual way, from which those that may
   * be are offloaded again with their next packet. What connection tracking knows of them stays: if
   * its entry were deleted, a packet of the server would make a connection that policies judge the
   * other way around.
   */
  void stopFlows(Set<String> devices) {
    bring(devices, /* isReplaced= */ true);
  }

  private boolean bring(Set<String> devices, boolean isReplaced) {
    return nftables
        .get()
        .update((listing, transaction) -> plan(listing, transaction, devices, isReplaced));
  }

  private void plan(
      NftablesListing listing,
      NftablesTransaction transaction,
      Set<String> devices,
      boolean isReplaced) {
    if (!listing.isActive(TABLE)) {
      transaction.add(TABLE);
    }
    Flowtable present = listing.flowtable(TABLE, FLOWTABLE);
    boolean replaced = false;
    if (isReplaced && present != null) {
      // a packet that still meets the old rules adds its flow to the old flowtable, which goes
      listing.chains(TABLE).forEach(transaction::flush);
      transaction.delete(present);
      replaced = true;
    }
    Set<String> hooked = present == null || replaced ? Set.of() : present.devices();
    Set<String> missing = without(devices, hooked);
    if (present == null || replaced || !missing.isEmpty()) {
      transaction.add(flowtable(missing));
    }
    Set<String> gone = without(hooked, devices);
    if (present != null && !gone.isEmpty()) {
      transaction.deleteDevices(present, gone);
    }
    planSet(listing, transaction, devices);
    planChain(listing, transaction, replaced);
  }

  private static void planSet(
      NftablesListing listing, NftablesTransaction transaction, Set<String> devices) {
    if (listing.set(TABLE, DEVICES.name()) == null) {
      transaction.add(DEVICES);
    }
    Set<Element> present = new HashSet<>(listing.elements(DEVICES));
    Set<Element> wanted = new HashSet<>();
    devices.forEach(device -> wanted.add(Element.of(Value.ofInterfaceName(device))));
    List<Element> added = new ArrayList<>(wanted);
    added.removeAll(present);
    List<Element> removed = new ArrayList<>(present);
    removed.removeAll(wanted);
    if (!added.isEmpty()) {
      transaction.add(DEVICES, added);
    }
    if (!removed.isEmpty()) {
      transaction.delete(DEVICES, removed);
    }
  }

  private void planChain(
      NftablesListing listing, NftablesTransaction transaction, boolean flushed) {
    @Nullable Chain present = listing.chain(TABLE, CHAIN.name());
    if (CHAIN.equals(present)) {
      if (!flushed && listing.hasRules(CHAIN, rules)) {
        return;
      }
      transaction.flush(CHAIN);
    } else {
      if (present != null) {
        transaction.flush(present).delete(present);
      }
      transaction.add(CHAIN);
    }
    rules.forEach(rule -> transaction.append(CHAIN, rule));
  }

  private static Set<String> without(Set<String> all, Set<String> some) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(some);
    return rest;
  }

  /** Removes the table with all that is in it. Returns whether it was there. */
  boolean remove() {
    return nftables.get().remove(TABLE);
  }
}
