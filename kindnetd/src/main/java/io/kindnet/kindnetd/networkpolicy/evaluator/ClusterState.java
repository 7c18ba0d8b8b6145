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
 * @param domainNames the domain names that each address has at the moment, in lower case, without
 *     the final dot, as far as policies are about them
 */
public record ClusterState(
    List<Policy> policies,
    Map<String, ClusterNamespace> namespaces,
    List<ClusterPod> pods,
    List<LabelledNode> nodes,
    Map<String, Set<InetAddress>> hostAddresses,
    Map<InetAddress, Set<String>> domainNames) {
  /** Copies lists and maps. */
  public ClusterState {
    policies = List.copyOf(policies);
    namespaces = Map.copyOf(namespaces);
    pods = List.copyOf(pods);
    nodes = List.copyOf(nodes);
    hostAddresses = Map.copyOf(hostAddresses);
    domainNames = Map.copyOf(domainNames);
  }

  /** The same with the domain names that addresses have. */
  public ClusterState withDomainNames(Map<InetAddress, Set<String>> names) {
    return new ClusterState(policies, namespaces, pods, nodes, hostAddresses, names);
  }

  /** Without domain names: rules about them match nothing. */
  public ClusterState(
      List<Policy> policies,
      Map<String, ClusterNamespace> namespaces,
      List<ClusterPod> pods,
      List<LabelledNode> nodes,
      Map<String, Set<InetAddress>> hostAddresses) {
    this(policies, namespaces, pods, nodes, hostAddresses, Map.of());
  }
}
