package io.kindnet.cni;

import io.kindnet.cni.podlink.HostSides;
import io.kindnet.cni.podlink.HostSides.Outcome;
import io.kindnet.cni.portmap.TableProblem;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.route.RouteSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The database for a program that is no call and watches over it, as the agent does. */
public final class MonitoredDatabase {
  private final Path file;
  private final BusyTimeout busyTimeout;
  private final Kernel.Opener kernels;

  /**
   * @param file which may not be there yet
   * @param busyTimeout how long to wait for calls that have it locked
   * @param kernels opens the kernel as the calling thread sees it
   */
  public MonitoredDatabase(Path file, BusyTimeout busyTimeout, Kernel.Opener kernels) {
    this.file = file;
    this.busyTimeout = busyTimeout;
    this.kernels = kernels;
  }

  /** That of this node, where the CNI configuration does not name another; waits for a second. */
  public static MonitoredDatabase ofThisNode() {
    return new MonitoredDatabase(
        NetworkConfig.DEFAULT_DATA_DIR.resolve(Store.FILE_NAME),
        new BusyTimeout(1_000),
        Kernel::open);
  }

  /** Whether there is one: not before the first call. */
  public boolean exists() {
    return Store.exists(file);
  }

  /** Opens it. One that is not there is an error, and is not made. */
  public Store open() throws CniException {
    return Store.openExisting(file, busyTimeout, new KernelSeeder(kernels, CallLog.none()));
  }

  /** Opens it, and makes it where it is not there, with what the kernel shows, as a call does. */
  public Store openOrMake() throws CniException {
    return Store.open(file, busyTimeout, new KernelSeeder(kernels, CallLog.none()));
  }

  /**
   * Removes the rows that belong to no sandbox any more and that no DEL will ever name, as an ADD
   * leaves that was killed, a DEL that failed, or a reboot: those whose namespace and host
   * interface are both gone, with their host ports. A runtime would say so by GC, but containerd
   * never calls it.
   *
   * @param age how old a row has to be, in whole seconds: longer than an ADD takes that is still
   *     under way, which may not have made the interface yet
   * @return the pods that were removed
   * @throws CniException if the database cannot be read or written; those before are removed
   */
  public List<PodRow> collect(Duration age) throws CniException {
    List<PodRow> collected = new ArrayList<>();
    CallLog log = CallLog.none();
    try (Store store = open();
        Kernel kernel = kernels.open()) {
      StaleRows staleRows = new StaleRows(store, kernel, log);
      for (PodRow pod : store.pods().olderThan(age)) {
        if (staleRows.isStale(pod) && remove(store, staleRows, pod)) {
          collected.add(pod);
        }
      }
      if (store.orphans().exist() && store.transaction(() -> store.orphans().delete())) {
        new HostPortReconciler(store, kernel, log).restore();
      }
    }
    return collected;
  }

  /** Why the table of the host ports cannot be used as it is; null where it can. */
  public @Nullable TableProblem tableProblem() {
    try (Kernel kernel = kernels.open()) {
      return kernel.hostPorts().problem();
    }
  }

  /**
   * Puts the rules of the host ports of all pods back where others have removed some.
   *
   * @return whether there was something to do
   * @throws CniException if the database cannot be read, or is locked for too long
   */
  public boolean restoreHostPorts() throws CniException {
    if (!exists()) {
      return false;
    }
    try (Store store = open();
        Kernel kernel = kernels.open()) {
      HostPortReconciler ports = new HostPortReconciler(store, kernel, CallLog.none());
      if (ports.areInstalled()) {
        return false;
      }
      ports.restore();
      return true;
    }
  }

  /**
   * Puts back what others took away of what pods need on the host.
   *
   * @param host the network namespace of the calling thread
   * @param decision says what of it is to be put back now
   * @return what was done; empty without a database
   * @throws CniException if the database cannot be read
   */
  public Optional<HostSides.Outcome> restoreHostSides(RouteSocket host, HostSides.Decision decision)
      throws CniException {
    if (!exists()) {
      return Optional.empty();
    }
    try (Store store = open();
        Kernel kernel = kernels.open()) {
      Outcome outcome = new HostSides(host).restore(new PodSpecs(store), decision);
      outcome
          .restored()
          .addAll(
              new HostPortReconciler(store, kernel, CallLog.none())
                  .restoreLoopback(outcome.links()));
      return Optional.of(outcome);
    }
  }

  /**
   * Keeps host ports from the addresses of Services that are local to this node now.
   *
   * @see io.kindnet.cni.portmap.ServiceAddresses
   */
  public void followServices() {
    try (Kernel kernel = kernels.open()) {
      kernel.hostPorts().followServices();
    }
  }

  /**
   * Makes a table of host ports that another version of kindnet left this version's, with the ports
   * of all pods; a table of anybody else stays. Without a database it stays, too, since only there
   * is which ports the pods have.
   *
   * @return whether there was a database
   * @throws CniException if it cannot be read
   */
  public boolean replaceTable() throws CniException {
    if (!exists()) {
      return false;
    }
    try (Store store = open();
        Kernel kernel = kernels.open()) {
      new HostPortReconciler(store, kernel, CallLog.none()).replaceTable();
    }
    return true;
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
