package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.Namespace;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A cluster as views show it, and a reconciler for one of its nodes, in a network namespace. */
final class PolicyFixture implements AutoCloseable {
  static final String NODE = "self";

  final ClusterView<ClusterPod> pods = new ClusterView<>();
  final ClusterView<ClusterNamespace> namespaces = new ClusterView<>();
  final ClusterView<LabelledNode> nodes = new ClusterView<>();
  final ClusterView<Policy> policies = new ClusterView<>();
  final FakeLocalPods local = new FakeLocalPods();
  final Status status = new Status("test");
  final NftablesSocket nftables;
  private final Set<String> podKeys = new HashSet<>();
  private final Set<String> namespaceKeys = new HashSet<>();
  private final Set<String> nodeKeys = new HashSet<>();
  private final Set<String> policyKeys = new HashSet<>();
  private final NetworkNamespace namespace;
  private PolicyReconciler reconciler;

  PolicyFixture(Namespace node) {
    namespace = NetworkNamespace.open(node.path().toString());
    nftables = namespace.call(NftablesSocket::open);
    reconciler = reconciler(new PolicyMetrics(status, status.agent("policies"), () -> nftables));
  }

  PolicyViews views() {
    return new PolicyViews(pods, namespaces, nodes, List.of(policies));
  }

  private PolicyReconciler reconciler(PolicyMetrics metrics) {
    return new PolicyReconciler(
        new NetworkPolicyOptions(true, true, true),
        views(),
        local,
        () -> LogRule.NONE,
        Map.of(),
        () -> nftables,
        metrics);
  }

  /** The lists are complete. */
  void listed() {
    pods.listed(Set.copyOf(podKeys));
    namespaces.listed(Set.copyOf(namespaceKeys));
    nodes.listed(Set.copyOf(nodeKeys));
    policies.listed(Set.copyOf(policyKeys));
  }

  /** A new agent that knows nothing of what is in the kernel. */
  void restart() {
    Status other = new Status("test");
    reconciler = reconciler(new PolicyMetrics(other, other.agent("policies"), () -> nftables));
  }

  void put(ClusterPod pod) {
    podKeys.add(pod.namespace() + "/" + pod.name());
    pods.put(pod.namespace() + "/" + pod.name(), pod);
  }

  /** Also an address of this node. */
  void putLocal(ClusterPod pod) {
    put(pod);
    local.add(pod.namespace(), pod.name(), pod.addresses());
  }

  void removePod(String key) {
    podKeys.remove(key);
    pods.remove(key);
  }

  void putNamespace(String name, Labels labels) {
    namespaceKeys.add(name);
    namespaces.put(name, new ClusterNamespace(name, labels));
  }

  void put(LabelledNode node) {
    nodeKeys.add(node.name());
    nodes.put(node.name(), node);
  }

  void put(Policy policy) {
    String key = policy.tier() + "/" + policy.fullName();
    policyKeys.add(key);
    policies.put(key, policy);
  }

  void remove(Policy policy) {
    String key = policy.tier() + "/" + policy.fullName();
    policyKeys.remove(key);
    policies.remove(key);
  }

  Optional<String> reconcile(Pass pass) {
    return reconciler.run(pass);
  }

  @Override
  public void close() {
    nftables.close();
    namespace.close();
  }
}
