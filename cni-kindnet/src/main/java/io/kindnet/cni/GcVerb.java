package io.kindnet.cni;

import io.kindnet.cni.protocol.Attachment;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.libc.KernelException;
import java.util.ArrayList;
import java.util.List;

/** GC: removes what belongs to no container that the runtime still knows. */
final class GcVerb {
  private final NetworkConfig config;
  private final Store store;
  private final Kernel kernel;
  private final CallLog log;

  GcVerb(NetworkConfig config, Store store, Kernel kernel, CallLog log) {
    this.config = config;
    this.store = store;
    this.kernel = kernel;
    this.log = log;
  }

  /**
   * Removes all that it can.
   *
   * @return nothing to say
   * @throws CniException naming the pods that could not be removed, after removing the others
   */
  String run() throws CniException {
    CniException readOnly = store.whyReadOnly();
    if (readOnly != null) {
      throw readOnly;
    }
    List<String> failures = new ArrayList<>();
    Release release = new Release(store, kernel, log);
    for (PodRow pod : store.pods().all()) {
      if (isOfThisNetwork(pod) && !isValid(pod)) {
        try {
          release.release(pod);
          log.line("removed " + pod + ", which the runtime does not know");
        } catch (CniException | KernelException refused) {
          failures.add(pod + ": " + refused.getMessage());
        }
      }
    }
    try {
      new StaleRows(store, kernel, log).removeFound();
    } catch (KernelException refused) {
      failures.add(String.valueOf(refused.getMessage()));
    }
    store.orphans().delete();
    // elements that no row stands for, and rows whose elements somebody flushed
    new HostPortReconciler(store, kernel, log).restore();
    if (!failures.isEmpty()) {
      throw new CniException(
          CniErrorCode.KERNEL_REFUSED, "cannot remove " + String.join("; ", failures));
    }
    return "";
  }

  private boolean isOfThisNetwork(PodRow pod) {
    PodRow.Details details = pod.attachment();
    return details == null || details.network().equals(config.name());
  }

  /** A row of the original plugin does not say which interface of the container it is. */
  private boolean isValid(PodRow pod) {
    for (Attachment valid : config.validAttachments()) {
      if (valid.containerId().equals(pod.containerId())
          && (pod.attachment() == null || valid.interfaceName().equals(pod.interfaceName()))) {
        return true;
      }
    }
    return false;
  }
}
