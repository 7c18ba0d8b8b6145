package io.kindnet.cni;

import io.kindnet.cni.podlink.PodNetwork;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.AddressFamily;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of pods that are no more, as a reboot or a crash of the runtime leaves them: neither the
 * namespace nor the host's end of the interface is there. A pod that is being added has its
 * namespace already, so it is never taken for one.
 */
final class StaleRows {
  private final Store store;
  private final Kernel kernel;
  private final CallLog log;

  StaleRows(Store store, Kernel kernel, CallLog log) {
    this.store = store;
    this.kernel = kernel;
    this.log = log;
  }

  /** Whether {@code pod} is one. */
  boolean isStale(PodRow pod) {
    return !kernel.host().hasLink(pod.hostInterface())
        && !PodNetwork.exists(kernel.namespaces(), pod.netns());
  }

  /** Those that hold an address of {@code family}. */
  List<PodRow> with(AddressFamily family) throws CniException {
    List<PodRow> stale = new ArrayList<>();
    for (PodRow pod : store.pods().all()) {
      for (PodAddress address : pod.addresses()) {
        if (address.family() == family && isStale(pod)) {
          stale.add(pod);
        }
      }
    }
    return stale;
  }

  /** Removes those that were found by their interface, once that is gone: no DEL names them. */
  void removeFound() throws CniException {
    for (PodRow pod : store.pods().found()) {
      if (isStale(pod)) {
        log.line(pod + " is no more");
        new Release(store, kernel, log).release(pod);
      }
    }
  }

  /** Removes one, in the transaction of the caller. */
  void remove(PodRow pod) throws CniException {
    new Release(store, kernel, log).releaseInTransaction(pod);
  }
}
