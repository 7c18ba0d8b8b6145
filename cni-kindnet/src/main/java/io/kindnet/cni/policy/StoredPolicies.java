package io.kindnet.cni.policy;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a call does while no agent enforces policies: it goes by what the agent left in the
 * database. A pod that some policy may select is pending until an agent is back. Where there are no
 * policies, that costs one look into the database.
 */
public final class StoredPolicies implements PodPolicies {
  private @Nullable NftablesSocket socket;

  private StoredPolicies() {}

  /**
   * In the network namespace of the calling thread, which has to stay in it. Nothing is opened
   * before it is needed.
   */
  public static StoredPolicies open() {
    return new StoredPolicies();
  }

  @Override
  public String starting(PodRow pod, Store store) throws CniException {
    Set<String> namespaces = store.policyNamespaces().all();
    if (namespaces.isEmpty()) {
      return "";
    }
    boolean pending = isSelectable(pod, namespaces);
    boolean[] foreign = {false};
    nftables()
        .update((listing, transaction) -> {
          foreign[0] = false;
          forget(listing, transaction, pod);
          if (pending) {
            foreign[0] = !makePending(listing, transaction, pod);
          }
        });
    if (foreign[0]) {
      return "table "
          + PendingTable.TABLE
          + " is not kindnet's: the pod starts before its network policies are in force";
    }
    return pending ? "pending, until kindnetd enforces its network policies" : "";
  }

  /** Without a name, it is no Pod of the cluster. */
  private static boolean isSelectable(PodRow pod, Set<String> namespaces) {
    return !pod.identity().name().isEmpty()
        && (namespaces.contains(PolicyNamespaces.ALL)
            || namespaces.contains(pod.identity().namespace()));
  }

  private static boolean makePending(
      NftablesListing listing, NftablesTransaction transaction, PodRow pod) {
    if (listing.set(PendingTable.TABLE, PendingTable.pending(AddressFamily.IPV4).name()) == null) {
      if (listing.exists(PendingTable.TABLE)) {
        return false;
      }
      PendingTable.create(transaction, pod.bridge());
    }
    for (PodAddress address : pod.addresses()) {
      transaction.add(
          PendingTable.pending(address.family()), List.of(PendingTable.element(address.address())));
    }
    return true;
  }

  /** What an earlier pod had. */
  private static void forget(NftablesListing listing, NftablesTransaction transaction, PodRow pod) {
    for (PodAddress address : pod.addresses()) {
      for (PendingTable.Place place : PendingTable.places(address.address())) {
        deleteIfThere(listing, transaction, place.set(), place.element());
      }
      deleteIfThere(
          listing,
          transaction,
          PendingTable.pending(address.family()),
          PendingTable.element(address.address()));
    }
  }

  private static void deleteIfThere(
      NftablesListing listing, NftablesTransaction transaction, NamedSet set, Element element) {
    if (listing.element(set, element) != null) {
      transaction.delete(set, List.of(element));
    }
  }

  @Override
  public String beforeFirstPacket(PodRow pod, Store store, HostNetwork host) throws CniException {
    if (!pod.bridge().isEmpty() && !store.policyNamespaces().all().isEmpty()) {
      host.filterBridged(pod.bridge());
    }
    return "";
  }

  @Override
  public void ended(PodRow pod, Store store) throws CniException {
    if (!store.policyNamespaces().all().isEmpty()) {
      nftables().update((listing, transaction) -> forget(listing, transaction, pod));
    }
  }

  @Override
  public void recover(PolicyNamespaces namespaces) throws CniException {
    if (isTableThere()) {
      namespaces.replace(Set.of(PolicyNamespaces.ALL));
    }
  }

  private boolean isTableThere() {
    try {
      return nftables().list().exists(PendingTable.TABLE);
    } catch (KernelException refused) {
      // a kernel that cannot be asked for rules has let nobody make any
      return false;
    }
  }

  private NftablesSocket nftables() {
    NftablesSocket open = socket;
    if (open == null) {
      open = NftablesSocket.open();
      socket = open;
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
