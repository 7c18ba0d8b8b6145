package io.kindnet.cni;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.portmap.HostPorts;
import io.kindnet.cni.portmap.PodHostPorts;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.libc.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Keeps the rules of the host ports as the database says, also where somebody else changed them.
 */
final class PodPorts {
  private final Store store;
  private final HostPorts rules;
  private final CallLog log;

  PodPorts(Store store, Kernel kernel, CallLog log) {
    this.store = store;
    this.rules = kernel.hostPorts();
    this.log = log;
  }

  /** Makes the ports of {@code pod} answer, whose rows are written. */
  void install(PodHostPorts pod) throws CniException {
    if (!rules.install(pod)) {
      restore();
    }
    log.reached(Step.PORTS_INSTALLED);
    forgetFlows(pod);
  }

  /**
   * Takes the ports of {@code pod} away, in the transaction of the caller that deletes their rows.
   */
  void removeInTransaction(PodHostPorts pod) throws CniException {
    if (!rules.remove(pod)) {
      List<PodHostPorts> others = fromRows();
      others.removeIf(other -> other.hostInterface().equals(pod.hostInterface()));
      rules.restore(others);
    }
    forgetFlows(pod);
  }

  /**
   * Makes the rules those of the rows, in a transaction: who installs or removes meanwhile waits.
   */
  void restore() throws CniException {
    store.transaction(() -> {
      List<PodHostPorts> pods = fromRows();
      rules.restore(pods);
      log.reached(Step.PORTS_RESTORED);
      return pods;
    });
  }

  /**
   * A kernel that cannot be asked for its connections, or refuses, must not keep a pod from
   * starting, and much less from being released: such flows end by themselves after a while.
   */
  private void forgetFlows(PodHostPorts pod) {
    try {
      rules.forgetFlows(pod);
      log.reached(Step.FLOWS_FORGOTTEN);
    } catch (KernelException refused) {
      log.failure("cannot forget the UDP flows of " + pod.ports(), refused);
    }
  }

  private List<PodHostPorts> fromRows() throws CniException {
    List<PodHostPorts> pods = new ArrayList<>();
    Map<String, List<HostPort>> portsByPod = store.ports().byPod();
    for (PodRow pod : store.pods().all()) {
      List<HostPort> ports = portsByPod.get(pod.key());
      if (ports != null) {
        pods.add(new PodHostPorts(pod.hostInterface(), pod.bridge(), ports));
      }
    }
    return pods;
  }
}
