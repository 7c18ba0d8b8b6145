package io.kindnet.cni;

import io.kindnet.cni.podlink.PodLinkCheck;
import io.kindnet.cni.podlink.PodNetwork;
import io.kindnet.cni.portmap.PodHostPorts;
import io.kindnet.cni.protocol.CniEnvironment;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.CniResult;
import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.route.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** CHECK: says whether a pod still has what ADD gave it. */
final class CheckVerb {
  private final CniEnvironment environment;
  private final NetworkConfig config;
  private final Store store;
  private final Kernel kernel;

  CheckVerb(CniEnvironment environment, NetworkConfig config, Store store, Kernel kernel) {
    this.environment = environment;
    this.config = config;
    this.store = store;
    this.kernel = kernel;
  }

  /**
   * Compares.
   *
   * @throws CniException {@link CniErrorCode#CHECK_FAILED} naming all that is different
   */
  String run() throws CniException {
    List<String> problems = new ArrayList<>();
    PodRow pod = store.pods().find(environment.attachment());
    try (PodNetwork network = PodNetwork.open(kernel.namespaces(), environment.netns())) {
      pod = pod == null ? found(network) : pod;
      if (pod == null) {
        throw failed("the database has no " + environment.attachment());
      }
      CniResult previous = config.prevResult();
      if (previous != null) {
        problems.addAll(
            PodLinkCheck.problems(kernel.host(), network, new PodSpecs(store).of(pod), previous));
      }
    }
    PodHostPorts ports = new PodHostPorts(pod.hostInterface(), pod.bridge(), store.ports().of(pod));
    if (!ports.ports().isEmpty()) {
      problems.addAll(kernel.hostPorts().check(ports));
    }
    if (!problems.isEmpty()) {
      throw failed(String.join("; ", problems));
    }
    return "";
  }

  /** The row of a pod from before the database was lost. */
  private @Nullable PodRow found(PodNetwork network) throws CniException {
    Optional<Link> hostEnd = kernel.host().ownEndOf(network, environment.interfaceName());
    return hostEnd.isPresent() ? store.pods().byKey(PodRow.keyOfFound(hostEnd.get().name())) : null;
  }

  private static CniException failed(String problems) {
    return new CniException(CniErrorCode.CHECK_FAILED, problems);
  }
}
