package io.kindnet.cni;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Patience;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that belong to no sandbox any more and that no DEL will ever name, as an ADD leaves that was
 * killed, a DEL that failed, or a reboot. A runtime would say so by GC, but containerd never calls
 * it.
 */
public final class AbandonedPods {
  private final Path database;
  private final Patience patience;
  private final Duration age;

  /**
   * @param database the file
   * @param patience how long to wait for calls that have it locked
   * @param age how old a row has to be, in whole seconds: longer than an ADD takes that is still
   *     under way, which may not have made the interface yet
   */
  public AbandonedPods(Path database, Patience patience, Duration age) {
    this.database = database;
    this.patience = patience;
    this.age = age;
  }

  /**
   * Removes the rows that are older than the age and whose namespace and host interface are both
   * gone, with their host ports. Does not make a database.
   *
   * @param kernels opens the kernel as the calling thread sees it
   * @return the pods that were removed
   * @throws CniException if the database cannot be read or written; those before are removed
   */
  public List<PodRow> collect(Kernel.Opener kernels) throws CniException {
    List<PodRow> collected = new ArrayList<>();
    if (!Store.exists(database)) {
      return collected;
    }
    CallLog log = CallLog.none();
    try (Store store = Store.openExisting(database, patience, new FromKernel(kernels, log));
        Kernel kernel = kernels.open()) {
      StaleRows staleRows = new StaleRows(store, kernel, log);
      for (PodRow pod : store.pods().olderThan(age)) {
        if (staleRows.isStale(pod) && remove(store, staleRows, pod)) {
          collected.add(pod);
        }
      }
      if (store.orphans().exist() && store.transaction(() -> store.orphans().delete())) {
        new PodPorts(store, kernel, log).restore();
      }
    }
    return collected;
  }

  /** Unless a call has done so meanwhile, or has added the container again. */
  private static boolean remove(Store store, StaleRows staleRows, PodRow pod) throws CniException {
    return store.transaction(() -> {
      if (!pod.equals(store.pods().byKey(pod.key()))) {
        return false;
      }
      staleRows.remove(pod);
      return true;
    });
  }
}
