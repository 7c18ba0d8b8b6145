package io.kindnet.kindnetd.networkpolicy.localpods;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.policy.StoredPolicies;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.cni.store.Store;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network policies of pods that calls connect here: announces each to the reconciler, while its
 * interface is being made, and lets none of its packets pass before the reconciler has said that
 * the kernel has what it calls for. Where the reconciler does not say so in time, it does what a
 * call does that no agent serves. For any number of threads.
 */
final class PodGate implements PodPolicies {
  /** How long to wait for the reconciler before a pod's interface is set up. */
  private static final Duration APPLY_TIMEOUT = Duration.ofSeconds(1);

  /** How long to wait in all for the Pod of a pending pod. */
  private static final Duration POD_TIMEOUT = Duration.ofSeconds(1);

  private final PluginPods pods;

  /** Those that are worth waiting for, by key. */
  private final Set<String> awaited = ConcurrentHashMap.newKeySet();

  PodGate(PluginPods pods) {
    this.pods = pods;
  }

  @Override
  public String starting(PodRow pod, Store store) {
    pods.added(Sandbox.of(pod));
    return "";
  }

  @Override
  public String beforeFirstPacket(PodRow pod, Store store, HostNetwork host) throws CniException {
    host.filterBridged(pod.bridge());
    // an agent that has only begun may need long for the lists of the API server
    if (pods.isEnforced() && awaitApplied(Sandbox.of(pod))) {
      awaited.add(pod.key());
      return "";
    }
    try (StoredPolicies stored = StoredPolicies.open()) {
      String note = stored.starting(pod, store);
      if (!note.isEmpty()) {
        awaited.add(pod.key());
      }
      return note;
    }
  }

  private boolean awaitApplied(Sandbox sandbox) {
    try {
      return pods.awaitApplied(sandbox, System.nanoTime() + APPLY_TIMEOUT.toNanos());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public String started(PodRow pod) {
    if (!awaited.remove(pod.key())) {
      return ""; // nobody enforces policies here, or none that may select the pod
    }
    try {
      return pods.awaitInForce(Sandbox.of(pod), System.nanoTime() + POD_TIMEOUT.toNanos())
          ? ""
          : "starts pending: its Pod, or the policies, are not known yet";
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  @Override
  public void ended(PodRow pod, Store store) throws CniException {
    awaited.remove(pod.key());
    pods.removed(pod.key());
    if (!pods.isEnforced()) {
      try (StoredPolicies stored = StoredPolicies.open()) {
        stored.ended(pod, store);
      }
    }
  }

  @Override
  public void recover(PolicyNamespaces namespaces) throws CniException {
    try (StoredPolicies stored = StoredPolicies.open()) {
      stored.recover(namespaces);
    }
  }
}
