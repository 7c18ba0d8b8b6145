package io.kindnet.cni;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.podlink.PodNamespaces;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.policy.StoredPolicies;
import io.kindnet.cni.portmap.HostPorts;
import io.kindnet.cni.portmap.NftablesHostPorts;

/**
 * What verbs act on besides the database: the network of the host, which is the namespace of the
 * calling thread.
 *
 * @param host links, addresses, routes
 * @param hostPorts host port rules
 * @param namespaces where the namespaces of pods are found
 * @param policies sees to the network policies of pods
 */
public record Kernel(
    HostNetwork host, HostPorts hostPorts, PodNamespaces namespaces, PodPolicies policies)
    implements AutoCloseable {
  /** Opens it. */
  @FunctionalInterface
  public interface Opener {
    /** The kernel as the calling thread sees it. */
    Kernel open();
  }

  /** As the calling thread sees it, which sees the files that the client sees. */
  public static Kernel open() {
    return new Kernel(
        HostNetwork.open(),
        NftablesHostPorts.open(),
        new PodNamespaces.ByPath(),
        StoredPolicies.open());
  }

  @Override
  public void close() {
    policies.close();
    hostPorts.close();
    host.close();
  }
}
