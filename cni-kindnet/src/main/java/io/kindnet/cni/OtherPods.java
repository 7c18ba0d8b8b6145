package io.kindnet.cni;

import io.kindnet.cni.podlink.HostSides;
import io.kindnet.cni.podlink.HostSides.Outcome;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.cni.store.Store;

/**
 * What a call does for the pods that it is not about: where no agent watches over them, it puts
 * back what others took away of their host's side. That must never keep the call from succeeding.
 */
final class OtherPods {
  private final Store store;
  private final Kernel kernel;
  private final CallLog log;

  OtherPods(Store store, Kernel kernel, CallLog log) {
    this.store = store;
    this.kernel = kernel;
    this.log = log;
  }

  void restore() {
    if (log.way() == ExecutionMode.WARM) {
      return; // the agent does so as soon as it happens
    }
    try {
      Outcome outcome =
          kernel.host().sides().restore(new PodSpecs(store), HostSides.Decision.ALWAYS);
      outcome
          .restored()
          .addAll(new HostPortReconciler(store, kernel, log).restoreLoopback(outcome.links()));
      for (String restored : outcome.restored()) {
        log.line("put right: " + restored);
      }
      outcome
          .failed()
          .forEach((problem, reason) -> log.line("cannot put right: " + problem + ": " + reason));
    } catch (CniException | RuntimeException failed) {
      log.failure("cannot look after other pods", failed);
    }
  }
}
