package io.kindnet.cni;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.libc.KernelException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives back what a pod has, in the reverse order of ADD: host ports, interface, rows. Each part
 * may be gone already. A row goes only after what it stands for: an address is not given to another
 * pod while the first one's interface or host port still leads to it.
 */
final class Release {
  private final Store store;
  private final Kernel kernel;
  private final CallLog log;
  private @Nullable CniCommand command;

  Release(Store store, Kernel kernel, CallLog log) {
    this.store = store;
    this.kernel = kernel;
    this.log = log;
  }

  /** Has what {@link #release} removes counted as the work of a call. */
  Release countedAs(CniCommand newCommand) {
    command = newCommand;
    return this;
  }

  void release(PodRow pod) throws CniException {
    CniException readOnly = store.whyReadOnly();
    if (readOnly != null) {
      releaseFromKernel(pod, store.ports().of(pod));
      throw new CniException(
          readOnly.code(),
          pod + " has lost its interface and host ports, its row stays: " + readOnly.getMessage(),
          readOnly);
    }
    if (!store.ports().of(pod).isEmpty()) {
      // in a transaction, for who restores the rules must not see rows whose elements are going
      store.transaction(() -> {
        releasePorts(pod);
        return pod;
      });
      log.reached(Step.PORT_ROWS_DELETED);
    }
    deleteLink(pod);
    log.reached(Step.LINK_DELETED);
    endPolicies(pod);
    store.transaction(() -> {
      store.pods().delete(pod);
      if (command != null) {
        store.calls().add(command, log.way());
      }
      return pod;
    });
    log.reached(Step.ROWS_DELETED);
  }

  /**
   * Gives back what {@code pod} has in the kernel, where rows cannot be changed.
   *
   * @param ports its host ports
   */
  void releaseFromKernel(PodRow pod, List<HostPort> ports) throws CniException {
    try {
      if (!ports.isEmpty()) {
        new HostPortReconciler(store, kernel, log).removeInTransaction(pod, ports);
      }
    } finally {
      deleteLink(pod);
    }
  }

  /** As {@link #release} for a pod without an interface, in the transaction of the caller. */
  void releaseInTransaction(PodRow pod) throws CniException {
    releasePorts(pod);
    endPolicies(pod);
    store.pods().delete(pod);
  }

  /**
   * Before the row goes, and another pod may get the address. What is left, that one's ADD sees.
   */
  private void endPolicies(PodRow pod) throws CniException {
    try {
      kernel.policies().ended(pod, store);
    } catch (KernelException refused) {
      log.line("cannot remove the network policies of " + pod + ": " + refused.getMessage());
    }
  }

  private void deleteLink(PodRow pod) throws CniException {
    if (!kernel.host().deleteLink(pod.hostInterface())) {
      kernel.host().deleteRenamedLink(new PodSpecs(store).of(pod));
    }
    List<InetAddress> addresses = new ArrayList<>(2);
    for (PodAddress address : pod.addresses()) {
      addresses.add(address.address());
    }
    kernel.host().forgetNeighbours(pod.bridge(), addresses);
  }

  private void releasePorts(PodRow pod) throws CniException {
    List<HostPort> ports = store.ports().of(pod);
    if (!ports.isEmpty()) {
      new HostPortReconciler(store, kernel, log).removeInTransaction(pod, ports);
      store.ports().deleteOf(pod);
      log.reached(Step.PORTS_REMOVED);
    }
  }
}
