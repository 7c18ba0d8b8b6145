package io.kindnet.cni;

import io.kindnet.cni.podlink.PodNetwork;
import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniEnvironment;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.route.Link;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * DEL: takes back what ADD gave. Needs neither the namespace nor a row, and may be called any
 * number of times.
 */
final class DelVerb {
  private final CniEnvironment environment;
  private final Store store;
  private final Kernel kernel;
  private final CallLog log;

  DelVerb(CniEnvironment environment, Store store, Kernel kernel, CallLog log) {
    this.environment = environment;
    this.store = store;
    this.kernel = kernel;
    this.log = log;
  }

  String run() throws CniException {
    PodRow pod = store.pods().find(environment.attachment());
    if (pod != null) {
      new Release(store, kernel, log).countedAs(CniCommand.DEL).release(pod);
    } else {
      deleteForgottenPorts();
      releaseForgottenInterface();
      new StaleRows(store, kernel, log).removeFound();
    }
    return "";
  }

  /** Host ports that no pod holds any more: they would lead to the next pod of that address. */
  private void deleteForgottenPorts() throws CniException {
    if (store.orphans().holdPortsOf(environment.attachment())) {
      store.orphans().delete();
      new HostPortReconciler(store, kernel, log).restore();
    }
  }

  /** An interface of ours that no row of this container remembers: the database was lost. */
  private void releaseForgottenInterface() throws CniException {
    String hostEnd = hostEnd();
    if (hostEnd != null) {
      PodRow found = store.pods().byKey(PodRow.keyOfFound(hostEnd));
      if (found != null) {
        new Release(store, kernel, log).release(found);
      } else {
        kernel.host().deleteLink(hostEnd);
      }
    }
  }

  private @Nullable String hostEnd() {
    try (PodNetwork pod = PodNetwork.open(kernel.namespaces(), environment.netns())) {
      Optional<Link> hostEnd = kernel.host().ownEndOf(pod, environment.interfaceName());
      return hostEnd.isPresent() ? hostEnd.get().name() : null;
    } catch (CniException noPod) {
      // it went meanwhile, or is the host's own: there is no interface of a pod in it
      return null;
    }
  }
}
