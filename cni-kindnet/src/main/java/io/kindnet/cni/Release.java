package io.kindnet.cni;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import java.util.List;

/**
 * Gives back what a pod has, in the reverse order of ADD: host ports, interface, rows. Each part
 * may be gone already. A row goes only after what it stands for: an address is not given to another
 * pod while the first one's interface or host port still leads to it.
 */
final class Release {
  private final Store store;
  private final Kernel kernel;
  private final CallLog log;

  Release(Store store, Kernel kernel, CallLog log) {
    this.store = store;
    this.kernel = kernel;
    this.log = log;
  }

  void release(PodRow pod) throws CniException {
    if (!store.ports().of(pod).isEmpty()) {
      // in a transaction, for who restores the rules must not see rows whose elements are going
      store.transaction(() -> {
        releasePorts(pod);
        return pod;
      });
      log.reached(Step.PORT_ROWS_DELETED);
    }
    kernel.host().deleteLink(pod.hostInterface());
    log.reached(Step.LINK_DELETED);
    store.pods().delete(pod);
    log.reached(Step.ROWS_DELETED);
  }

  /** As {@link #release} for a pod without an interface, in the transaction of the caller. */
  void releaseInTransaction(PodRow pod) throws CniException {
    releasePorts(pod);
    store.pods().delete(pod);
  }

  private void releasePorts(PodRow pod) throws CniException {
    List<HostPort> ports = store.ports().of(pod);
    if (!ports.isEmpty()) {
      new PodPorts(store, kernel, log).removeInTransaction(pod, ports);
      store.ports().deleteOf(pod);
      log.reached(Step.PORTS_REMOVED);
    }
  }
}
