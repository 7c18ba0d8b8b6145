package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import java.net.InetAddress;
import java.util.Optional;

/**
 * One end of a connection.
 *
 * @param pod the pod that has the address, or that was asked for
 */
record EndPoint(InetAddress address, Optional<ClusterPod> pod) {
  static String name(ClusterPod pod) {
    return pod.namespace() + "/" + pod.name();
  }
}
