package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.HostPortTable.TABLE;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesException;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Host ports in the nftables table {@code inet cni-kindnet}. */
public final class NftablesHostPorts implements HostPorts {
  private final NftablesSocket nftables;
  private final LoopbackRouting loopbackRouting = new LoopbackRouting();

  private NftablesHostPorts(NftablesSocket nftables) {
    this.nftables = nftables;
  }

  /** Those of the network namespace of the calling thread, which has to stay in it. */
  public static NftablesHostPorts open() {
    return new NftablesHostPorts(NftablesSocket.open());
  }

  @Override
  public boolean install(PodHostPorts pod) {
    if (PodElements.answersOnLoopback(pod)) {
      loopbackRouting.enable(PodElements.interfaceOf(pod));
    }
    return isComplete() && tryAdd(PodElements.of(List.of(pod)));
  }

  @Override
  public boolean remove(PodHostPorts pod) {
    return isComplete() && tryDelete(PodElements.ownedBy(pod));
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
        if (!element.equals(nftables.list().element(set, element))) {
          problems.add(describe(set, element) + " is missing or leads elsewhere");
        }
      }
    }
    if (PodElements.answersOnLoopback(pod)
        && !loopbackRouting.isEnabled(PodElements.interfaceOf(pod))) {
      problems.add("route_localnet of " + PodElements.interfaceOf(pod) + " is off");
    }
    return problems;
  }

  @Override
  public void restore(List<PodHostPorts> pods) {
    for (PodHostPorts pod : pods) {
      if (PodElements.answersOnLoopback(pod)) {
        loopbackRouting.enableIfThere(PodElements.interfaceOf(pod));
      }
    }
    if (!pods.isEmpty() || nftables.list().exists(TABLE)) {
      PodElements wanted = PodElements.of(pods);
      nftables.update((listing, transaction) -> plan(listing, transaction, wanted));
    }
  }

  @Override
  public void forgetFlows(PodHostPorts pod) {
    // connection tracking is not asked yet
  }

  private boolean isComplete() {
    return HostPortTable.isComplete(nftables.list().rules(TABLE));
  }

  private static void plan(
      NftablesListing listing, NftablesTransaction transaction, PodElements wanted) {
    if (!HostPortTable.isComplete(listing.rules(TABLE))) {
      HostPortTable.build(transaction);
    }
    for (NamedSet set : HostPortTable.SETS) {
      List<Element> there = listing.elements(set);
      List<Element> surplus = difference(there, wanted.of(set));
      List<Element> missing = difference(wanted.of(set), there);
      if (!surplus.isEmpty()) {
        transaction.delete(set, surplus);
      }
      if (!missing.isEmpty()) {
        transaction.add(set, missing);
      }
    }
  }

  /** Whether the elements are there now; false where others are in their place, or no table. */
  private boolean tryAdd(PodElements elements) {
    NftablesTransaction transaction = nftables.transaction();
    for (NamedSet set : HostPortTable.SETS) {
      if (!elements.of(set).isEmpty()) {
        transaction.add(set, elements.of(set));
      }
    }
    return tryCommit(transaction, Errno.ENOENT, Errno.EEXIST);
  }

  /** Whether the elements are gone now; false where some were not there, or no table. */
  private boolean tryDelete(PodElements elements) {
    NftablesTransaction transaction = nftables.transaction();
    for (NamedSet set : HostPortTable.SETS) {
      if (!elements.of(set).isEmpty()) {
        transaction.delete(set, elements.of(set));
      }
    }
    return tryCommit(transaction, Errno.ENOENT, Errno.ENOENT);
  }

  private boolean tryCommit(NftablesTransaction transaction, Errno expected, Errno alsoExpected) {
    try {
      nftables.commit(transaction);
      return true;
    } catch (NftablesException e) {
      if (e.errno() == expected || e.errno() == alsoExpected) {
        return false;
      }
      throw e;
    }
  }

  private static List<Element> difference(List<Element> of, List<Element> without) {
    Set<Element> unwanted = new HashSet<>(without);
    List<Element> rest = new ArrayList<>();
    for (Element element : of) {
      if (!unwanted.contains(element)) {
        rest.add(element);
      }
    }
    return rest;
  }

  private static String describe(NamedSet set, Element element) {
    return "element " + set.key().format(element.key()) + " of " + set;
  }

  @Override
  public void close() {
    nftables.close();
  }
}
