package io.kindnet.cni;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.recovery.Recovery;
import io.kindnet.cni.store.Pods;
import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.cni.store.Ports;
import io.kindnet.cni.store.Store;

/** A new database begins with the pods that the kernel shows, if one was lost. */
final class KernelSeeder implements Store.Seeder {
  private final Kernel.Opener kernels;
  private final CallLog log;

  KernelSeeder(Kernel.Opener kernels, CallLog log) {
    this.kernels = kernels;
    this.log = log;
  }

  @Override
  public void fill(Pods pods, Ports ports, PolicyNamespaces namespaces) throws CniException {
    try (Kernel kernel = kernels.open()) {
      Recovery recovery = Recovery.fill(pods, ports, kernel.host(), kernel.hostPorts());
      if (recovery.pods() > 0) {
        log.line(
            "the database is new, the kernel shows "
                + recovery.pods()
                + " pods and "
                + recovery.ports()
                + " host ports of before");
      }
      kernel.policies().recover(namespaces);
    }
  }
}
