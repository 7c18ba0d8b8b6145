package io.kindnet.cni;

import io.kindnet.cni.podlink.PodNetwork;
import io.kindnet.cni.protocol.CniEnvironment;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.route.Link;
import java.util.Optional;

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
      new Release(store, kernel, log).release(pod);
    } else {
      deleteForgottenPorts();
      deleteForgottenInterface();
    }
    return "";
  }

  /** Host ports that no pod holds any more: they would lead to the next pod of that address. */
  private void deleteForgottenPorts() throws CniException {
    if (store.orphans().holdPortsOf(environment.attachment())) {
      store.orphans().delete();
      new PodPorts(store, kernel, log).restore();
    }
  }

  /** An interface of ours that no row remembers, as after the loss of the database. */
  private void deleteForgottenInterface() {
    try (PodNetwork pod = PodNetwork.open(environment.netns())) {
      Optional<Link> hostEnd = kernel.host().ownEndOf(pod, environment.interfaceName());
      if (hostEnd.isPresent()) {
        kernel.host().deleteLink(hostEnd.get().name());
      }
    } catch (CniException noPod) {
      // it went meanwhile, or is the host's own: there is no interface of a pod in it
    }
  }
}
