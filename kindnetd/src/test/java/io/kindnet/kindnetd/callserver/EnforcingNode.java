package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.Kernel;
import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.Store;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.BridgedChain;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyAgent;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyOptions;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.kindnetd.networkpolicy.PolicyViews;
import io.kindnet.kindnetd.networkpolicy.bridge.BridgeFilterAgent;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPodAgent;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A node whose agent serves calls and enforces network policies, in this process; the cluster is
 * what a test puts into the views.
 */
final class EnforcingNode implements AutoCloseable {
  static final String NAME = "node";
  private static final Duration SOON = Duration.ofMinutes(1);

  private final Namespace namespace;
  private final CniClient client;
  private final ClusterView<ClusterPod> pods = new ClusterView<>();
  private final ClusterView<ClusterNamespace> namespaces = new ClusterView<>();
  private final ClusterView<LabelledNode> nodes = new ClusterView<>();
  private final ClusterView<Policy> policies = new ClusterView<>();
  private final Status status = new Status("of a test");
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Path socket;
  private Consumer<Step> steps = step -> {};
  private NetworkPolicyAgent policyAgent;

  /**
   * Starts it.
   *
   * @param directory for the database and the socket
   * @param bridge that pods are on; empty for none
   */
  EnforcingNode(Namespace namespace, Path directory, String bridge) {
    this.namespace = namespace;
    this.client = new CniClient(namespace, directory, bridge);
    this.socket = directory.resolve("socket");
    namespaces.put("default", new ClusterNamespace("default", Labels.NONE));
    namespaces.put("open", new ClusterNamespace("open", Labels.NONE));
    namespaces.listed(Set.of("default", "open"));
    nodes.listed(Set.of());
    policies.listed(Set.of());
    pods.listed(Set.of());
    start(directory, bridge);
  }

  private void start(Path directory, String bridge) {
    Map<Chain, List<Rule>> further =
        bridge.isEmpty() ? Map.of() : Map.of(BridgedChain.CHAIN, BridgedChain.rules(bridge));
    LocalPodAgent local;
    try (NetworkNamespace entered = NetworkNamespace.open(namespace.path().toString())) {
      local =
          entered.call(() -> {
            RouteSocket routes = open(RouteSocket.open());
            KernelWatch<RouteEvents.Batch> routeEvents = open(KernelWatch.ofRoutes(routes));
            NftablesSocket nftables = open(NftablesSocket.open());
            KernelWatch<NftablesEvents.Events> events =
                open(KernelWatch.ofNftables(() -> NftablesEvents.excludingOwn(nftables.portId())));
            LocalPodAgent made =
                open(
                    new LocalPodAgent(
                        new MonitoredDatabase(
                            directory.resolve("cni.db"), new BusyTimeout(1_000), Kernel::open),
                        routeEvents,
                        status));
            made.start();
            if (!bridge.isEmpty()) {
              open(new BridgeFilterAgent(bridge, routes, routeEvents, status)).start();
            }
            policyAgent =
                open(
                    new NetworkPolicyAgent(
                        new NetworkPolicyOptions(true, true, true),
                        () -> new PolicyViews(pods, namespaces, nodes, List.of(policies)),
                        made.pods(),
                        () -> LogRule.NONE,
                        further,
                        () -> nftables,
                        events,
                        status));
            policyAgent.start();
            return made;
          });
    }
    awaitEnforced();
    open(LocalCallServer.start(namespace, socket, local.gate(), step -> steps.accept(step)));
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.addFirst(resource);
    return resource;
  }

  private void awaitEnforced() {
    Eventually.within(SOON, () -> assertThat(status.problem(NetworkPolicyAgent.NAME)).isEmpty());
  }

  Namespace namespace() {
    return namespace;
  }

  CniClient client() {
    return client;
  }

  Status status() {
    return status;
  }

  /** Has {@code listener} told of the steps of all calls. */
  void onStep(Consumer<Step> listener) {
    steps = listener;
  }

  /** Nobody in {@code ns} may send or be sent to, but for its node. */
  void denyAllIn(String ns) {
    put(policy(ns, "deny-all", LabelSelector.EVERYTHING));
  }

  void put(Policy policy) {
    policies.put(policy.fullName(), policy);
  }

  void removePolicy(String fullName) {
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

  /** The API server shows a Pod of this node, without an address yet. */
  void show(String ns, String name, InetAddress... addresses) {
    pods.put(
        ns + "/" + name,
        new ClusterPod(
            ns,
            name,
            Labels.NONE,
            List.of(addresses),
            NAME,
            ClusterPod.Phase.PENDING,
            List.of(),
            false));
  }

  void hide(String ns, String name) {
    pods.remove(ns + "/" + name);
  }

  /** ADD by the agent; the container has the pod's name. */
  JsonNode add(String ns, String name, Namespace pod) {
    return call("ADD", ns, name, pod).delegate(socket).result();
  }

  JsonNode addCold(String ns, String name, Namespace pod) {
    return client.runCold(call("ADD", ns, name, pod)).result();
  }

  void del(String name, Namespace pod) {
    assertThat(call("DEL", "default", name, pod).delegate(socket)).isEqualTo(AgentAnswer.SILENCE);
  }

  void delCold(String name, Namespace pod) {
    assertThat(client.runCold(call("DEL", "default", name, pod))).isEqualTo(AgentAnswer.SILENCE);
  }

  private DelegatedCall call(String verb, String ns, String name, Namespace pod) {
    DelegatedCall call = client.call(verb, name, pod, client.config(0));
    return call.withEnvironment(
        call.environment().replace("K8S_POD_NAMESPACE=default", "K8S_POD_NAMESPACE=" + ns));
  }

  /** Policies stay as they are from now on. */
  void stopEnforcing() {
    policyAgent.close();
  }

  /** Where policies may select pods, as the database says. */
  Set<String> rememberedNamespaces() throws CniException {
    try (Store store = Store.open(client.database())) {
      return store.policyNamespaces().all();
    }
  }

  /** What the metric {@code name} shows. */
  String metric(String name) throws IOException {
    for (String line : MetricsPage.of(status).lines().toList()) {
      if (line.startsWith(name + " ")) {
        return line.substring(name.length() + 1);
      }
    }
    return "";
  }

  /** What {@code nft} shows of the policies. */
  String table() {
    return Nft.table(namespace, "inet", PolicyTable.TABLE.name());
  }

  /** How often the addresses of a pod stand in the table. */
  long mentions(JsonNode result) {
    String table = table();
    return addresses(result).stream()
        .filter(address -> table.contains(IpAddresses.format(address)))
        .count();
  }

  /** The addresses that are pending. */
  String pending() {
    return namespace.run("nft", "list", "set", "inet", PolicyTable.TABLE.name(), "pending-v4")
        + namespace.run("nft", "list", "set", "inet", PolicyTable.TABLE.name(), "pending-v6");
  }

  /** The addresses of a result, IPv4 first. */
  static List<InetAddress> addresses(JsonNode result) {
    List<InetAddress> addresses = new ArrayList<>();
    for (JsonNode ip : result.path("ips")) {
      addresses.add(IpAddresses.parse(ip.path("address").asText().replaceFirst("/.*", "")));
    }
    return addresses;
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
