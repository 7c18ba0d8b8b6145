package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.Kernel;
import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.podlink.PodNamespaces;
import io.kindnet.cni.policy.PodPolicies;
import org.jspecify.annotations.Nullable;

/** Sockets of the host that one call after the other uses, on one thread. */
final class KeptKernel {
  private final CachedHostPorts hostPorts = new CachedHostPorts();
  private @Nullable HostNetwork host;

  /** The kernel for one call, in the network namespace of the calling thread. */
  Kernel open(PodNamespaces namespaces, PodPolicies policies) {
    HostNetwork kept = host;
    if (kept == null) {
      kept = HostNetwork.open();
      host = kept;
    }
    return new Kernel(HostNetwork.sharing(kept), hostPorts, namespaces, policies);
  }

  /** Begins with new sockets, after a call that may have left something unread in these. */
  void renew() {
    hostPorts.renew();
    closeHost();
  }

  /** The end of the thread, not that of a call. */
  void release() {
    hostPorts.release();
    closeHost();
  }

  private void closeHost() {
    if (host != null) {
      host.close();
      host = null;
    }
  }
}
