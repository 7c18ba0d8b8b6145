package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.DnsNode.POD_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.POD_V6;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyAgent;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyOptions;
import io.kindnet.kindnetd.networkpolicy.PolicyViews;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.kindnetd.status.Status;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What policies know of a {@link DnsNode}: its pod, {@code default/client}, and the name server,
 * {@code kube-system/dns}, on another node. There are no policies yet.
 */
final class EnforcedCluster {
  static final ClusterPod CLIENT =
      pod("default", "client", labels("app", "client"), "self", "10.244.0.5", "fd00::5");
  private static final ClusterPod DNS =
      pod("kube-system", "dns", labels("k8s-app", "kube-dns"), "other", "10.244.9.53");

  final ClusterView<Policy> policies = new ClusterView<>();
  private final ClusterView<ClusterPod> pods = new ClusterView<>();
  private final ClusterView<ClusterNamespace> namespaces = new ClusterView<>();
  private final ClusterView<LabelledNode> nodes = new ClusterView<>();

  EnforcedCluster() {
    put(CLIENT);
    put(DNS);
    for (String name : List.of("default", "kube-system")) {
      namespaces.put(name, new ClusterNamespace(name, labels("kubernetes.io/metadata.name", name)));
    }
    namespaces.listed(Set.of("default", "kube-system"));
    pods.listed(Set.of("default/client", "kube-system/dns"));
    nodes.listed(Set.of());
    policies.listed(Set.of());
  }

  void put(ClusterPod pod) {
    pods.put(pod.namespace() + "/" + pod.name(), pod);
  }

  void put(Policy policy) {
    policies.put(policy.fullName(), policy);
  }

  /** An agent of the node that enforces the policies, and that was not started. */
  NetworkPolicyAgent agent(
      DnsNode node, EnforcementListener listener, DomainAddresses domains, Status status) {
    return new NetworkPolicyAgent(
        new NetworkPolicyOptions(true, true, true),
        () -> new PolicyViews(pods, namespaces, nodes, List.of(policies)),
        new OnePod(),
        () -> LogRule.NONE,
        Map.of(),
        listener,
        domains,
        () -> node.nftables,
        node.tableEvents,
        status);
  }

  /** Starts one; the cache asks it when it does not know who a name server is. */
  static void start(DnsNode node, DnsCacheAgent cache, NetworkPolicyAgent enforcement) {
    cache.flows().onUnknown(enforcement::lookAgain);
    node.start(cache);
    DnsNode.in(
        node.host,
        () -> {
          enforcement.start();
          return true;
        });
  }

  /** The pod of the node. */
  private static final class OnePod implements LocalPods {
    @Override
    public Snapshot snapshot() {
      PodName name = new PodName("default", "client");
      return new Snapshot(Map.of(POD_V4, name, POD_V6, name), Set.of());
    }

    @Override
    public void refresh() {}

    @Override
    public void onChange(Runnable listener) {}
  }
}
