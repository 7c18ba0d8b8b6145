package io.kindnet.cni;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.portmap.HostPorts;
import io.kindnet.cni.portmap.PodHostPorts;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.route.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Keeps the rules of the host ports as the database says, also where somebody else changed them.
 */
final class HostPortReconciler {
  private final Store store;
  private final HostPorts rules;
  private final CallLog log;

  HostPortReconciler(Store store, Kernel kernel, CallLog log) {
    this.store = store;
    this.rules = kernel.hostPorts();
    this.log = log;
  }

  /** Makes {@code ports} answer, those of {@code pod}, whose rows are written. */
  void install(PodRow pod, List<HostPort> ports) throws CniException {
    PodHostPorts own = hostPorts(pod, ports);
    if (!rules.install(own) || !othersAreIntact(pod)) {
      restore();
    }
    log.reached(Step.PORTS_INSTALLED);
    try {
      rules.forgetFlowsToPorts(own);
      log.reached(Step.FLOWS_FORGOTTEN);
    } catch (KernelException refused) {
      tellOfFlows(own, refused);
    }
  }

  /**
   * Takes {@code ports} away, those of {@code pod}, in the transaction of the caller that deletes
   * their rows.
   */
  void removeInTransaction(PodRow pod, List<HostPort> ports) throws CniException {
    PodHostPorts own = hostPorts(pod, ports);
    if (!rules.remove(own) || !othersAreIntact(pod)) {
      List<PodHostPorts> others = fromRows();
      others.removeIf(other -> other.hostInterface().equals(pod.hostInterface()));
      rules.restore(others);
    }
    try {
      rules.forgetFlowsToPod(own);
      log.reached(Step.FLOWS_FORGOTTEN);
    } catch (KernelException refused) {
      tellOfFlows(own, refused);
    }
  }

  /** The oldest pod is the one that is least likely to be in the middle of its ADD. */
  private boolean othersAreIntact(PodRow pod) throws CniException {
    PodRow oldest = store.pods().byKey(store.ports().oldestHolderBut(pod));
    if (oldest == null) {
      return true;
    }
    List<HostPort> ports = store.ports().of(oldest);
    return ports.isEmpty() || rules.isIntact(hostPorts(oldest, ports));
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
   * Puts back what lets host ports answer on loopback addresses.
   *
   * @param links the host's ends of the pods that this is about, others do no harm
   */
  List<String> restoreLoopback(List<Link> links) throws CniException {
    List<String> names = new ArrayList<>(links.size());
    for (Link link : links) {
      names.add(link.name());
    }
    if (names.isEmpty()) {
      return List.of();
    }
    Map<String, List<HostPort>> ports = store.ports().byPod(names);
    if (ports.isEmpty()) {
      return List.of(); // without asking for what may be hundreds of pods
    }
    List<PodHostPorts> pods = hostPorts(store.pods().withHostInterfaces(names), ports);
    return pods.isEmpty() ? List.of() : rules.restoreLoopback(pods);
  }

  /** Whether the rules of all rows are there. */
  boolean areInstalled() throws CniException {
    List<PodHostPorts> pods = fromRows();
    return pods.isEmpty() || rules.areInstalled(pods);
  }

  /**
   * Makes a table of another version this one's, with the ports of the rows, as {@link #restore}
   * does.
   */
  void replaceTable() throws CniException {
    store.transaction(() -> {
      List<PodHostPorts> pods = fromRows();
      rules.replace(pods);
      return pods;
    });
  }

  /**
   * A kernel that cannot be asked for its connections, or refuses, must not keep a pod from
   * starting, and much less from being released: such flows end by themselves after a while.
   */
  private void tellOfFlows(PodHostPorts pod, KernelException refused) {
    log.failure("cannot forget the UDP flows of " + pod.ports(), refused);
  }

  private List<PodHostPorts> fromRows() throws CniException {
    return hostPorts(store.pods().all(), store.ports().byPod());
  }

  private static List<PodHostPorts> hostPorts(
      List<PodRow> rows, Map<String, List<HostPort>> portsByPod) {
    List<PodHostPorts> pods = new ArrayList<>();
    for (PodRow pod : rows) {
      List<HostPort> ports = portsByPod.get(pod.key());
      if (ports != null) {
        pods.add(hostPorts(pod, ports));
      }
    }
    return pods;
  }

  private static PodHostPorts hostPorts(PodRow pod, List<HostPort> ports) {
    return new PodHostPorts(pod.hostInterface(), pod.bridge(), ports);
  }
}
