package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.namespaces.NamespaceReader;
import io.kindnet.kindnetd.cluster.namespaces.NamespaceReader.NamespaceObject;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.nodes.LabelledNodeReader;
import io.kindnet.kindnetd.cluster.nodes.LabelledNodeReader.LabelledNodeObject;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.PodReader;
import io.kindnet.kindnetd.cluster.pods.PodReader.PodObject;
import io.kindnet.kindnetd.cluster.policies.ClusterNetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.NetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyObject;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiException;
import io.kindnet.kindnetd.kube.ResourceLister;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Reads once what verdicts depend on. */
public final class ClusterStateReader {
  private ClusterStateReader() {}

  /**
   * The cluster as it is now.
   *
   * @param node the name of this machine's Node, if it is one
   * @param notes takes what an operator should know
   * @throws IOException naming the resource that cannot be listed
   */
  public static ClusterState read(ApiClient client, String node, Consumer<String> notes)
      throws IOException {
    List<Policy> policies = new ArrayList<>();
    for (PolicyObject policy : ResourceLister.list(client, NetworkPolicyReader.NETWORK_POLICIES)) {
      policies.add(policy.policy());
    }
    for (PolicyObject policy : clusterPolicies(client, notes)) {
      policies.add(policy.policy());
    }
    Map<String, ClusterNamespace> namespaces = new HashMap<>();
    for (NamespaceObject object : ResourceLister.list(client, NamespaceReader.NAMESPACES)) {
      namespaces.put(object.key(), object.namespace());
    }
    List<ClusterPod> pods =
        ResourceLister.list(client, PodReader.PODS).stream().map(PodObject::pod).toList();
    List<LabelledNode> nodes =
        ResourceLister.list(client, LabelledNodeReader.LABELLED_NODES).stream()
            .map(LabelledNodeObject::node)
            .toList();
    return new ClusterState(policies, namespaces, pods, nodes, Map.of(node, localAddresses()));
  }

  /** With a ClusterRole that knows none of them, an agent goes without them, too. */
  private static List<PolicyObject> clusterPolicies(ApiClient client, Consumer<String> notes)
      throws IOException {
    try {
      return ResourceLister.list(client, ClusterNetworkPolicyReader.CLUSTER_NETWORK_POLICIES);
    } catch (IOException failure) {
      if (failure.getCause() instanceof ApiException answer && answer.isForbidden()) {
        notes.accept("ClusterNetworkPolicies are not asked: " + failure.getMessage());
        return List.of();
      }
      throw failure;
    }
  }

  private static Set<InetAddress> localAddresses() throws IOException {
    Set<InetAddress> addresses = new HashSet<>();
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .forEach(addresses::add);
    return addresses;
  }
}
