package io.kindnet.kindnetd.cluster.pods;

import io.kindnet.kindnetd.cluster.Labels;
import java.net.InetAddress;
import java.util.List;

/**
 * What the agents need of a Pod; two states of a Pod that differ in nothing else are equal.
 *
 * @param namespace its namespace
 * @param name its name
 * @param labels its labels
 * @param addresses {@code status.podIPs}, else {@code status.podIP}, in order; of the node, if it
 *     is in the host's network
 * @param node the node that it runs on; empty before it is scheduled
 * @param phase how far it is
 * @param ports ports with a name, of all containers that go on running
 * @param hostNetwork whether it is in the network of its node
 * @param uid by which the container runtime knows it ({@link PodUid}); 0 if it is not known
 */
public record ClusterPod(
    String namespace,
    String name,
    Labels labels,
    List<InetAddress> addresses,
    String node,
    Phase phase,
    List<NamedPort> ports,
    boolean hostNetwork,
    long uid) {
  /** One whose UID is not known. */
  public ClusterPod(
      String namespace,
      String name,
      Labels labels,
      List<InetAddress> addresses,
      String node,
      Phase phase,
      List<NamedPort> ports,
      boolean hostNetwork) {
    this(namespace, name, labels, addresses, node, phase, ports, hostNetwork, PodUid.UNKNOWN);
  }

  /** {@code status.phase}. */
  public enum Phase {
    /** Not all containers run yet, or no phase is known. */
    PENDING,
    /** At least one container runs. */
    RUNNING,
    /** All containers have ended well; its addresses may be another Pod's. */
    SUCCEEDED,
    /** All containers have ended, one of them badly; its addresses may be another Pod's. */
    FAILED,
    /** The node does not say. */
    UNKNOWN
  }

  /**
   * A port of a container that policies may name.
   *
   * @param name unique for each protocol
   * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}
   * @param port 1 to 65535
   */
  public record NamedPort(String name, String protocol, int port) {}

  /** Whether it has ended and will not run again. */
  public boolean isTerminated() {
    return phase == Phase.SUCCEEDED || phase == Phase.FAILED;
  }
}
