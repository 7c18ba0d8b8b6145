package io.kindnet.cni;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.podlink.PodLink;
import io.kindnet.cni.podlink.PodLinkSpec;
import io.kindnet.cni.podlink.PodLinks;
import io.kindnet.cni.podlink.PodNetwork;
import io.kindnet.cni.protocol.CniEnvironment;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.CniResult;
import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.MacAddress;
import io.kindnet.netlink.route.Route;
import java.util.ArrayList;
import java.util.List;

/**
 * ADD: gives a pod its interface. First the rows, all in one transaction; then the interface; then
 * the host ports; on an error back the same way.
 */
final class AddVerb {
  private final CniEnvironment environment;
  private final NetworkConfig config;
  private final Store store;
  private final Kernel kernel;
  private final CallLog log;
  private boolean portsInstalled;

  AddVerb(
      CniEnvironment environment, NetworkConfig config, Store store, Kernel kernel, CallLog log) {
    this.environment = environment;
    this.config = config;
    this.store = store;
    this.kernel = kernel;
    this.log = log;
  }

  CniResult run() throws CniException {
    PodIdentity identity = PodIdentity.fromArgs(environment.args());
    try (PodNetwork pod = PodNetwork.open(kernel.namespaces(), environment.netns())) {
      pod.requireFree(environment.interfaceName());
      log.reached(Step.NAMESPACE_OPENED);
      Reservation reservation =
          new AddressReserver(environment, config, store, kernel, log).reserve(identity);
      log.reached(Step.ROWS_COMMITTED);
      boolean complete = false;
      try {
        show(kernel.policies().starting(reservation.pod(), store));
        CniResult result = connect(pod, reservation);
        show(kernel.policies().started(reservation.pod()));
        complete = true;
        return result;
      } finally {
        if (!complete) {
          undo(reservation);
        }
      }
    }
  }

  private CniResult connect(PodNetwork pod, Reservation reservation) throws CniException {
    for (Lease lease : reservation.leases()) {
      kernel.host().enableForwarding(lease.family());
    }
    PodLink link =
        PodLinks.create(
            kernel.host(),
            pod,
            spec(reservation),
            log,
            () ->
                show(kernel.policies().beforeFirstPacket(reservation.pod(), store, kernel.host())));
    if (!reservation.ports().isEmpty()) {
      new HostPortReconciler(store, kernel, log).install(reservation.pod(), reservation.ports());
      portsInstalled = true;
    }
    return result(link, reservation);
  }

  private void show(String note) {
    if (!note.isEmpty()) {
      log.line(note);
    }
  }

  private PodLinkSpec spec(Reservation reservation) {
    return new PodLinkSpec(
        environment.interfaceName(),
        reservation.pod().hostInterface(),
        reservation.pod().owner(),
        reservation.pod().mtu(),
        config.bridge(),
        reservation.leases());
  }

  /**
   * Takes everything back. What goes wrong here is only logged, since the error that led here says
   * more; the rows stay if something of the pod may still be in the kernel, for DEL to try again.
   */
  private void undo(Reservation reservation) {
    Release release = new Release(store, kernel, log);
    try {
      try {
        // also ports that are not installed yet: who restored the rules meanwhile has seen the rows
        release.release(reservation.pod());
      } catch (KernelException refused) {
        if (portsInstalled) {
          throw refused;
        }
        // a kernel that lets nobody change the rules did not let anybody make them
        store.ports().deleteOf(reservation.pod());
        release.release(reservation.pod());
      }
    } catch (CniException unwritable) {
      log.failure("cannot undo, the rows stay", unwritable);
      undoInKernel(release, reservation);
    } catch (RuntimeException failed) {
      log.failure("cannot undo", failed);
    }
  }

  /** Without the database, which may be damaged, or have no space left. */
  private void undoInKernel(Release release, Reservation reservation) {
    try {
      release.releaseFromKernel(
          reservation.pod(), portsInstalled ? reservation.ports() : List.of());
    } catch (CniException | RuntimeException failed) {
      log.failure("cannot undo", failed);
    }
  }

  private CniResult result(PodLink link, Reservation reservation) {
    List<CniResult.Interface> interfaces = new ArrayList<>(3);
    if (link.bridge().isPresent()) {
      interfaces.add(describe(link.bridge().get(), ""));
    }
    interfaces.add(describe(link.host(), ""));
    interfaces.add(describe(link.pod(), environment.netns()));
    int inPod = interfaces.size() - 1;
    List<CniResult.Ip> ips = new ArrayList<>(2);
    for (Lease lease : reservation.leases()) {
      ips.add(new CniResult.Ip(inPod, lease.address(), lease.family().bits(), lease.gateway()));
    }
    List<CniResult.Route> routes = new ArrayList<>(2);
    for (Route route : link.defaultRoutes()) {
      routes.add(new CniResult.Route(route.destination(), route.gateway().orElse(null)));
    }
    return new CniResult(interfaces, ips, routes, config.dns());
  }

  private static CniResult.Interface describe(Link link, String sandbox) {
    String mac = link.mac().map(MacAddress::toString).orElse("");
    return new CniResult.Interface(link.name(), mac, link.mtu(), sandbox);
  }
}
