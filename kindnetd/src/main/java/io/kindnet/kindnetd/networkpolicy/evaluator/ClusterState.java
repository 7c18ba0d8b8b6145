package io.kindnet.kindnetd.networkpolicy.evaluator;

import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that a verdict depends on.
 *
 * @param namespaces by their names
 * @param hostAddresses addresses of each node's own network, by the name of the node, besides those
 *     that its Node has: what has one of them as source is the node itself
 */
public record ClusterState(
    List<Policy> policies,
    Map<String, ClusterNamespace> namespaces,
    List<ClusterPod> pods,
    List<LabelledNode> nodes,
    Map<String, Set<InetAddress>> hostAddresses) {
  /** Copies lists and maps. */
  public ClusterState {
    policies = List.copyOf(policies);
    namespaces = Map.copyOf(namespaces);
    pods = List.copyOf(pods);
    nodes = List.copyOf(nodes);
    hostAddresses = Map.copyOf(hostAddresses);
  }
}
