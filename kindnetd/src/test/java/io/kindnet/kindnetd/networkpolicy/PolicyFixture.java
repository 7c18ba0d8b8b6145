package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.Namespace;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A cluster as views show it, and a reconciler for one of its nodes, in a network namespace. */
final class PolicyFixture implements AutoCloseable {
  static final String NODE = "self";
  private static final long SECONDS = 600;

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
  private DomainAddresses domains;
  private PolicyReconciler reconciler;
  private int callsLeft = Integer.MAX_VALUE;
  private long small = 512 * 1024;

  PolicyFixture(Namespace node) {
    namespace = NetworkNamespace.open(node.path().toString());
    nftables = namespace.call(NftablesSocket::open);
    domains = new DomainAddresses(() -> nftables);
    reconciler =
        reconciler(new PolicyMetrics(status, status.agent("policies"), () -> nftables, domains));
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
        this::socket,
        new TableWriter(this::socket, small),
        metrics,
        EnforcementListener.NONE,
        domains);
  }

  private NftablesSocket socket() {
    if (callsLeft == 0) {
      throw new KilledException();
    }
    callsLeft--;
    return nftables;
  }

  /** The agent ends, as if it were killed, before it uses the socket once more. */
  static final class KilledException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Has the agent end when it has used the socket so often. */
  void killAfter(int calls) {
    callsLeft = calls;
  }

  /** From the next restart on, updates of more bytes are carried out in parts. */
  void small(long bytes) {
    small = bytes;
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
    callsLeft = Integer.MAX_VALUE;
    Status other = new Status("test");
    domains = new DomainAddresses(() -> nftables);
    reconciler =
        reconciler(new PolicyMetrics(other, other.agent("policies"), () -> nftables, domains));
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

  /** These answers are in the cache; names without a final dot. */
  void cached(Map<String, Set<InetAddress>> answers) {
    domains.cached((names, listener) ->
        answers.forEach((name, addresses) -> {
          if (names.test(name + ".")) {
            listener.answered(name + ".", addresses, SECONDS);
          }
        }));
  }

  /** A client is about to be told the addresses of a name. */
  void answer(String name, Set<InetAddress> addresses) {
    assertThat(domains.answering(name + ".", addresses, SECONDS)).as(name).isTrue();
  }

  /** Brings the views to where {@code scenario} has them. */
  void show(Scenario scenario) {
    scenario.namespaces().forEach(this::putNamespace);
    scenario.nodes().forEach(this::put);
    Set<String> wanted = new HashSet<>();
    for (ClusterPod pod : scenario.pods()) {
      wanted.add(pod.namespace() + "/" + pod.name());
      boolean isLocal = pod.node().equals(NODE) && !pod.hostNetwork();
      if (isLocal) {
        putLocal(pod);
      } else {
        local.remove(pod.addresses());
        put(pod);
      }
    }
    for (String key : Set.copyOf(podKeys)) {
      if (!wanted.contains(key)) {
        pods.get(key).ifPresent(pod -> local.remove(pod.addresses()));
        removePod(key);
      }
    }
    Map<String, Policy> byKey = new HashMap<>();
    scenario.policies().forEach(policy -> byKey.put(key(policy), policy));
    for (String key : Set.copyOf(policyKeys)) {
      if (!byKey.containsKey(key)) {
        policyKeys.remove(key);
        policies.remove(key);
      }
    }
    scenario.policies().forEach(this::put);
  }

  private static String key(Policy policy) {
    return policy.tier() + "/" + policy.fullName();
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
    policyKeys.add(key(policy));
    policies.put(key(policy), policy);
  }

  void remove(Policy policy) {
    policyKeys.remove(key(policy));
    policies.remove(key(policy));
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
