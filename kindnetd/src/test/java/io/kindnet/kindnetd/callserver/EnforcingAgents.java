package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.Kernel;
import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.policy.PendingTable;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.PodUid;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyAgent;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyOptions;
import io.kindnet.kindnetd.networkpolicy.PolicyViews;
import io.kindnet.kindnetd.networkpolicy.bridge.BridgeFilterAgent;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPodAgent;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The agents that enforce network policies, and a cluster for them: what a test puts into the
 * views. Two namespaces are there, {@code default} and {@code open}.
 */
final class EnforcingAgents implements AutoCloseable {
  private static final String NODE = "node";

  private final ClusterView<ClusterPod> pods = new ClusterView<>();
  private final ClusterView<ClusterNamespace> namespaces = new ClusterView<>();
  private final ClusterView<LabelledNode> nodes = new ClusterView<>();
  private final ClusterView<Policy> policies = new ClusterView<>();
  private final Set<String> podKeys = new HashSet<>();
  private final Set<String> policyKeys = new HashSet<>();
  private final Status status = new Status("of a test");
  private final List<AutoCloseable> opened = new ArrayList<>();
  private @Nullable NetworkPolicyAgent enforcement;

  /** The status of all agents. */
  Status status() {
    return status;
  }

  /**
   * Starts them in the network namespace of the calling thread: what was put so far is what the API
   * server lists first.
   *
   * @param directory where the plugin's database is
   * @param bridge that pods are on; empty for none
   * @return what calls do about policies
   */
  PodPolicies start(Path directory, String bridge) {
    RouteSocket routes = open(RouteSocket.open());
    KernelWatch<RouteEvents.Batch> routeEvents = open(KernelWatch.ofRoutes(routes));
    NftablesSocket nftables = open(NftablesSocket.open());
    KernelWatch<NftablesEvents.Events> events =
        open(KernelWatch.ofNftables(() -> NftablesEvents.excludingOwn(nftables.portId())));
    MonitoredDatabase database =
        new MonitoredDatabase(directory.resolve("cni.db"), new BusyTimeout(1_000), Kernel::open);
    LocalPodAgent local =
        open(new LocalPodAgent(NODE, database, routeEvents, () -> nftables, status));
    local.start();
    if (!bridge.isEmpty()) {
      open(new BridgeFilterAgent(bridge, routes, routeEvents, status)).start();
    }
    Map<Chain, List<Rule>> further = bridge.isEmpty() ? Map.of() : PendingTable.ofBridge(bridge);
    NetworkPolicyAgent agent =
        open(
            new NetworkPolicyAgent(
                new NetworkPolicyOptions(true, true, true),
                () -> new PolicyViews(pods, namespaces, nodes, List.of(policies)),
                local.pods(),
                () -> LogRule.NONE,
                further,
                EnforcementListener.NONE,
                new DomainAddresses(() -> nftables),
                () -> nftables,
                events,
                status));
    enforcement = agent;
    agent.start();
    return local.gate();
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.addFirst(resource);
    return resource;
  }

  /** The first lists of the API server are complete. */
  void list() {
    namespaces.put("default", new ClusterNamespace("default", Labels.NONE));
    namespaces.put("open", new ClusterNamespace("open", Labels.NONE));
    namespaces.listed(Set.of("default", "open"));
    nodes.listed(Set.of());
    policies.listed(policyKeys);
    pods.listed(podKeys);
  }

  /** What is missing until policies are in force; empty for nothing. */
  Optional<String> problem() {
    return status.problem(NetworkPolicyAgent.NAME);
  }

  /** Policies stay as they are from now on. */
  void stopEnforcing() {
    NetworkPolicyAgent agent = enforcement;
    if (agent != null) {
      agent.close();
    }
  }

  /** Nobody in {@code ns} may send or be sent to, but for its node. */
  void denyAllIn(String ns) {
    put(policy(ns, "deny-all", LabelSelector.EVERYTHING));
  }

  void put(Policy policy) {
    policyKeys.add(policy.fullName());
    policies.put(policy.fullName(), policy);
  }

  void removePolicy(String fullName) {
    policyKeys.remove(fullName);
    policies.remove(fullName);
  }

  /** A policy without rules, of both directions. */
  static Policy policy(String ns, String name, LabelSelector of) {
    return new Policy(
        Tier.NETWORK_POLICY,
        ns,
        name,
        "",
        0,
        PodSelector.inNamespace(ns, of),
        Optional.of(PolicyRules.of(List.of())),
        Optional.of(PolicyRules.of(List.of())));
  }

  /** Selects what has this label. */
  static LabelSelector labelled(String key, String value) {
    return new LabelSelector(Map.of(key, value), List.of());
  }

  /** The API server shows a Pod of this node. */
  void show(String ns, String name, InetAddress... addresses) {
    show(ns, name, "", addresses);
  }

  /** As {@link #show(String, String, InetAddress...)}, with a UID. */
  void show(String ns, String name, String uid, InetAddress... addresses) {
    podKeys.add(ns + "/" + name);
    pods.put(
        ns + "/" + name,
        new ClusterPod(
            ns,
            name,
            Labels.NONE,
            List.of(addresses),
            NODE,
            ClusterPod.Phase.PENDING,
            List.of(),
            false,
            PodUid.of(uid)));
  }

  @Override
  public void close() {
    for (AutoCloseable resource : opened) {
      try {
        resource.close();
      } catch (Exception failed) {
        throw new AssertionError(failed);
      }
    }
  }
}
