package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.HostPortTable.TABLE;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesException;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.UnreadRules;
import io.kindnet.netlink.wire.MessageListener;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Host ports in the nftables table {@code inet cni-kindnet}. */
public final class NftablesHostPorts implements HostPorts {
  /** The table that all of it is in. */
  public static final Table TABLE = HostPortTable.TABLE;

  /** So many elements for Services go into one transaction; a cluster has thousands. */
  private static final int PART = 1000;

  private @Nullable NftablesSocket socket;
  private @Nullable MessageListener listener;

  /** The rules as they were listed when they were complete: one call after the other finds them. */
  private @Nullable UnreadRules complete;

  private NftablesHostPorts() {}

  /**
   * Those of the network namespace of the calling thread, which has to stay in it. Nothing is
   * opened before it is needed: most pods have no host ports.
   */
  public static NftablesHostPorts open() {
    return new NftablesHostPorts();
  }

  /** Lets {@code newListener} see every datagram to and from nftables from now on. */
  void listener(MessageListener newListener) {
    listener = newListener;
  }

  @Override
  public boolean install(PodHostPorts pod) throws CniException {
    LoopbackRouting.enable(pod);
    if (!isComplete()) {
      return false;
    }
    List<InetAddress> services = ServiceAddresses.read();
    if (!services.isEmpty()) { // for most nodes, two round trips are all
      updateServices(services);
    }
    return tryAdd(PodElements.of(List.of(pod)));
  }

  @Override
  public boolean remove(PodHostPorts pod) {
    return isComplete() && tryDelete(PodElements.ownedBy(pod));
  }

  @Override
  public boolean isIntact(PodHostPorts witness) {
    PodElements elements = PodElements.of(List.of(witness));
    for (NamedSet set : HostPortTable.SETS) {
      List<Element> wanted = elements.of(set);
      if (!wanted.isEmpty()
          && !wanted.getFirst().equals(nftables().list().element(set, wanted.getFirst()))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean areInstalled(List<PodHostPorts> pods) {
    PodElements wanted = PodElements.of(pods).withServices(ServiceAddresses.read());
    for (NamedSet set : HostPortTable.SETS) {
      boolean ofServices = HostPortTable.SERVICES.contains(set);
      List<Element> elements = wanted.of(set);
      List<Element> present =
          elements.isEmpty() && !ofServices ? List.of() : nftables().list().elements(set);
      if (!without(elements, present).isEmpty()
          || (ofServices && present.size() != elements.size())) {
        return false;
      }
    }
    return isComplete();
  }

  @Override
  public List<String> check(PodHostPorts pod) {
    List<String> problems = new ArrayList<>();
    if (!isComplete()) {
      problems.add("the rules of table " + TABLE + " are not as they were made");
    }
    PodElements elements = PodElements.of(List.of(pod));
    for (NamedSet set : HostPortTable.SETS) {
      for (Element element : elements.of(set)) {
        Element there = nftables().list().element(set, element);
        if (!element.equals(there)) {
          problems.add(difference(set, element, there));
        }
      }
    }
    problems.addAll(LoopbackRouting.problems(pod));
    return problems;
  }

  private static String difference(NamedSet set, Element wanted, @Nullable Element there) {
    return there == null
        ? set + " has no " + set.describe(wanted)
        : set + " has " + set.describe(there) + " instead of " + set.describe(wanted);
  }

  @Override
  public List<HostPort> list() {
    List<HostPort> ports = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      addPorts(ports, HostPortTable.map(family), one -> PodElements.portByAddress(family, one));
      addPorts(
          ports,
          HostPortTable.everyAddress(family),
          one -> PodElements.portOfEveryAddress(family, one));
    }
    return ports;
  }

  private void addPorts(
      List<HostPort> ports, NamedSet map, Function<Element, @Nullable HostPort> read) {
    NamedSet there = nftables().list().set(TABLE, map.name());
    if (there == null || !TableConflicts.haveSameType(there, map)) {
      return; // what the elements of a foreign one mean is not known
    }
    for (Element element : nftables().list().elements(map)) {
      HostPort port = read.apply(element);
      if (port != null) {
        ports.add(port);
      }
    }
  }

  @Override
  public void restore(List<PodHostPorts> pods) {
    for (PodHostPorts pod : pods) {
      LoopbackRouting.enableIfPossible(pod);
    }
    if (!pods.isEmpty() || nftables().list().exists(TABLE)) {
      PodElements wanted = PodElements.of(pods).withServices(ServiceAddresses.read());
      try {
        nftables().update((listing, transaction) -> plan(listing, transaction, wanted));
        followServices();
      } catch (NftablesException refused) {
        throw explained(refused);
      }
    }
  }

  @Override
  public List<String> restoreLoopback(List<PodHostPorts> pods) throws CniException {
    return LoopbackRouting.restore(pods);
  }

  @Override
  public @Nullable TableProblem problem() {
    return TableProblem.of(nftables().list());
  }

  @Override
  public void replace(List<PodHostPorts> pods) {
    for (PodHostPorts pod : pods) {
      LoopbackRouting.enableIfPossible(pod);
    }
    PodElements wanted = PodElements.of(pods).withServices(ServiceAddresses.read());
    nftables()
        .update((listing, transaction) -> {
          TableProblem problem = TableProblem.of(listing);
          if (problem == null || !problem.ofAnotherVersion()) {
            return;
          }
          if (pods.isEmpty()) {
            transaction.delete(TABLE);
          } else {
            plan(listing, transaction, wanted);
          }
        });
    followServices();
  }

  @Override
  public void followServices() {
    if (isComplete()) {
      updateServices(ServiceAddresses.read());
    }
  }

  /** Of the table that is there, a part at a time: nobody else must wait for it. */
  private void updateServices(List<InetAddress> services) {
    PodElements wanted = PodElements.of(List.of()).withServices(services);
    boolean[] done = {false};
    while (!done[0]) {
      nftables()
          .update((listing, transaction) -> {
            for (NamedSet set : HostPortTable.SERVICES) {
              difference(listing.elements(set), transaction, set, wanted);
            }
            done[0] = transaction.isEmpty();
          });
    }
  }

  @Override
  public void forgetFlowsToPorts(PodHostPorts pod) {
    PodFlows.forgetToPorts(pod);
  }

  @Override
  public void forgetFlowsToPod(PodHostPorts pod) {
    PodFlows.forgetToPod(pod);
  }

  private boolean isComplete() {
    UnreadRules listed = nftables().list().unreadRules(TABLE);
    UnreadRules known = complete;
    if (known == null || !listed.isSameAs(known)) {
      complete = HostPortTable.isComplete(listed.read()) ? listed : null;
    }
    return complete != null;
  }

  private static void plan(
      NftablesListing listing, NftablesTransaction transaction, PodElements wanted) {
    Set<String> replaced = Set.of();
    if (!HostPortTable.isComplete(listing.rules(TABLE))) {
      // before the kernel is asked: Linux 5.10 takes a set of another type for the one wanted
      TableProblem problem = TableProblem.of(listing);
      if (problem != null && !problem.ofAnotherVersion()) {
        throw new ForeignTableException(problem);
      }
      replaced = TableConflicts.remove(listing, transaction);
      HostPortTable.build(transaction);
    } else {
      transaction.add(TABLE); // as begin() does
    }
    for (NamedSet set : HostPortTable.SETS) {
      List<Element> there = replaced.contains(set.name()) ? List.of() : listing.elements(set);
      difference(there, transaction, set, wanted);
    }
  }

  /** What makes {@code set} hold what is wanted; of Services only a part where it is much. */
  private static void difference(
      List<Element> there, NftablesTransaction transaction, NamedSet set, PodElements wanted) {
    List<Element> surplus = partOf(set, without(there, wanted.of(set)));
    List<Element> missing = partOf(set, without(wanted.of(set), there));
    if (!surplus.isEmpty()) {
      transaction.delete(set, surplus);
    }
    if (!missing.isEmpty()) {
      transaction.add(set, missing);
    }
  }

  private static List<Element> partOf(NamedSet set, List<Element> elements) {
    boolean ofServices = HostPortTable.SERVICES.contains(set);
    return ofServices ? elements.subList(0, Math.min(elements.size(), PART)) : elements;
  }

  private static List<Element> without(List<Element> elements, List<Element> unwanted) {
    Set<Element> left = new HashSet<>(unwanted);
    List<Element> rest = new ArrayList<>();
    for (Element element : elements) {
      if (!left.contains(element)) {
        rest.add(element);
      }
    }
    return rest;
  }

  /** Whether the elements are there now; false where others are in their place, or no table. */
  private boolean tryAdd(PodElements elements) {
    NftablesTransaction transaction = begin();
    addAll(transaction, elements);
    return tryCommit(transaction);
  }

  private static void addAll(NftablesTransaction transaction, PodElements elements) {
    for (NamedSet set : HostPortTable.SETS) {
      if (!elements.of(set).isEmpty()) {
        transaction.add(set, partOf(set, elements.of(set)));
      }
    }
  }

  /** Whether the elements are gone now; false where some were not there, or no table. */
  private boolean tryDelete(PodElements elements) {
    NftablesTransaction transaction = begin();
    for (NamedSet set : HostPortTable.SETS) {
      if (!elements.of(set).isEmpty()) {
        transaction.delete(set, elements.of(set));
      }
    }
    return tryCommit(transaction);
  }

  /** Adding a table that is there changes nothing but to wake it, if somebody made it dormant. */
  private NftablesTransaction begin() {
    return nftables().transaction().add(TABLE);
  }

  private boolean tryCommit(NftablesTransaction transaction) {
    try {
      nftables().commit(transaction);
      return true;
    } catch (NftablesException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.EEXIST) {
        return false;
      }
      throw explained(e);
    }
  }

  /** The objects that are in the way, where it is that; otherwise {@code refused} itself. */
  private KernelException explained(NftablesException refused) {
    TableProblem problem = problem();
    if (problem == null) {
      return refused;
    }
    ForeignTableException explained = new ForeignTableException(problem);
    explained.initCause(refused);
    return explained;
  }

  private NftablesSocket nftables() {
    NftablesSocket open = socket;
    if (open == null) {
      open = NftablesSocket.open();
      socket = open;
      if (listener != null) {
        open.listener(listener);
      }
    }
    return open;
  }

  @Override
  public void close() {
    if (socket != null) {
      socket.close();
    }
  }
}
