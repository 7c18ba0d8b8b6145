package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.ResourceView;
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
import io.kindnet.kindnetd.status.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * The resources of the API server that policies depend on, watched from when they are needed. Says
 * which of the policies cannot be followed.
 */
public final class PolicyResources implements AutoCloseable {
  private final NetworkPolicyOptions options;
  private final PolicyEvents events;
  private final PolicyProblems problems;
  private final ResourceView<PodObject, ClusterPod> pods;
  private final ResourceView<NamespaceObject, ClusterNamespace> namespaces;
  private final ResourceView<PolicyObject, Policy> networkPolicies;
  private final ResourceView<PolicyObject, Policy> clusterPolicies;
  private final ResourceView<LabelledNodeObject, LabelledNode> nodes;

  /**
   * Watches nothing yet.
   *
   * @param namesHaveAddresses whether it is learned which addresses domain names have
   * @param node the name of this machine's Node
   * @param machines how many do the same
   */
  public PolicyResources(
      ApiClient client,
      NetworkPolicyOptions options,
      boolean namesHaveAddresses,
      String node,
      Status status,
      IntSupplier machines) {
    this.options = options;
    this.events = new PolicyEvents(client, node, machines);
    this.problems = new PolicyProblems(namesHaveAddresses, events, status);
    this.pods = new ResourceView<>(client, PodReader.PODS, PodObject::pod, status, machines);
    this.namespaces =
        new ResourceView<>(
            client, NamespaceReader.NAMESPACES, NamespaceObject::namespace, status, machines);
    this.networkPolicies =
        new ResourceView<>(
            client, NetworkPolicyReader.NETWORK_POLICIES, PolicyObject::policy, status, machines);
    this.clusterPolicies =
        new ResourceView<>(
            client,
            ClusterNetworkPolicyReader.CLUSTER_NETWORK_POLICIES,
            PolicyObject::policy,
            "policies of " + options.clusterTiers() + " are not enforced",
            status,
            machines);
    this.nodes =
        new ResourceView<>(
            client, LabelledNodeReader.LABELLED_NODES, LabelledNodeObject::node, status, machines);
  }

  /** Watches what is needed, from now on. */
  public PolicyViews start() {
    List<ClusterView<Policy>> policies =
        options.hasClusterTiers()
            ? List.of(networkPolicies.start(), clusterPolicies.start())
            : List.of(networkPolicies.start());
    policies.forEach(view -> view.onChange(() -> look(policies)));
    look(policies); // the first lists may have been quicker
    return new PolicyViews(pods.start(), namespaces.start(), nodes.view(), policies);
  }

  /** The Pods, watched from now on, whether policies need them or not. */
  public ClusterView<ClusterPod> pods() {
    return pods.start();
  }

  /** Says what cannot be followed, and watches Nodes from when a policy is about them. */
  private void look(List<ClusterView<Policy>> views) {
    List<Policy> enforced = new ArrayList<>();
    for (ClusterView<Policy> view : views) {
      view.snapshot().stream()
          .flatMap(snapshot -> snapshot.objects().values().stream())
          .forEach(policy -> {
            if (policy.isAboutNodes()) {
              nodes.start();
            }
            if (options.enforces(policy.tier())) {
              enforced.add(policy);
            }
          });
    }
    problems.show(enforced);
  }

  @Override
  public void close() {
    events.close();
    pods.close();
    namespaces.close();
    networkPolicies.close();
    clusterPolicies.close();
    nodes.close();
  }
}
