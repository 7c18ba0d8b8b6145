package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.Store;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** A node whose agent serves calls and enforces network policies, in this process. */
final class EnforcingNode implements AutoCloseable {
  private static final Duration SOON = Duration.ofMinutes(1);

  private final Namespace namespace;
  private final CniClient client;
  private final EnforcingAgents agents = new EnforcingAgents();
  private final Path socket;
  private final LocalCallServer server;
  private Consumer<Step> steps = step -> {};

  /**
   * Starts it, with a cluster that has neither pods nor policies.
   *
   * @param directory for the database and the socket
   * @param bridge that pods are on; empty for none
   */
  EnforcingNode(Namespace namespace, Path directory, String bridge) {
    this(namespace, directory, bridge, cluster -> {});
  }

  /**
   * Starts it.
   *
   * @param cluster what the API server lists first
   */
  EnforcingNode(
      Namespace namespace, Path directory, String bridge, Consumer<EnforcingAgents> cluster) {
    this(
        namespace,
        directory,
        bridge,
        new CniClient(namespace, directory, bridge),
        cluster.andThen(EnforcingNode::listAndAwait));
  }

  /** Starts one that the API server tells nothing. */
  static EnforcingNode withoutApiServer(Namespace namespace, Path directory) {
    return new EnforcingNode(
        namespace, directory, "", new CniClient(namespace, directory), agents -> {});
  }

  private static void listAndAwait(EnforcingAgents agents) {
    agents.list();
    Eventually.within(SOON, () -> assertThat(agents.problem()).isEmpty());
  }

  private EnforcingNode(
      Namespace namespace,
      Path directory,
      String bridge,
      CniClient client,
      Consumer<EnforcingAgents> begin) {
    this.namespace = namespace;
    this.client = client;
    this.socket = directory.resolve("socket");
    PodPolicies gate;
    try (NetworkNamespace entered = NetworkNamespace.open(namespace.path().toString())) {
      gate = entered.call(() -> agents.start(directory, bridge));
    }
    begin.accept(agents);
    server = LocalCallServer.start(namespace, socket, gate, step -> steps.accept(step));
  }

  CniClient client() {
    return client;
  }

  /** The cluster, and who enforces its policies. */
  EnforcingAgents agents() {
    return agents;
  }

  /** Has {@code listener} told of the steps of all calls. */
  void onStep(Consumer<Step> listener) {
    steps = listener;
  }

  /** ADD by the agent; the container has the pod's name. */
  JsonNode add(String ns, String name, Namespace pod) {
    return call("ADD", ns, name, pod).delegate(socket).result();
  }

  /** ADD by the agent, of the Pod with {@code uid}. */
  JsonNode add(String ns, String name, String uid, Namespace pod) {
    DelegatedCall call = call("ADD", ns, name, pod);
    return call.withEnvironment(
            call.environment().replace("K8S_POD_NAME=", "K8S_POD_UID=" + uid + ";K8S_POD_NAME="))
        .delegate(socket)
        .result();
  }

  /** ADD without the agent. */
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
    return call(client, verb, ns, name, pod);
  }

  /** A call of {@code of} for a pod in {@code ns}. */
  static DelegatedCall call(CniClient of, String verb, String ns, String name, Namespace pod) {
    DelegatedCall call = of.call(verb, name, pod, of.config(0));
    return call.withEnvironment(
        call.environment().replace("K8S_POD_NAMESPACE=default", "K8S_POD_NAMESPACE=" + ns));
  }

  /** Where policies may select pods, as the database says. */
  Set<String> rememberedNamespaces() throws CniException {
    try (Store store = Store.open(client.database())) {
      return store.policyNamespaces().all();
    }
  }

  /** What the metric {@code name} shows. */
  String metric(String name) throws IOException {
    for (String line : MetricsPage.of(agents.status()).lines().toList()) {
      if (line.startsWith(name + " ")) {
        return line.substring(name.length() + 1);
      }
    }
    return "";
  }

  /** How many of the addresses of a pod stand in the table. */
  long mentions(JsonNode result) {
    return mentions(namespace, result);
  }

  /** As {@link #mentions(JsonNode)}, on the node {@code host}. */
  static long mentions(Namespace host, JsonNode result) {
    String table = table(host);
    return addresses(result).stream()
        .filter(address -> table.contains(IpAddresses.format(address)))
        .count();
  }

  /** What {@code nft} shows of the policies. */
  String table() {
    return table(namespace);
  }

  private static String table(Namespace host) {
    return Nft.table(host, "inet", PolicyTable.TABLE.name());
  }

  /** The addresses that are pending. */
  String pending() {
    return pending(namespace);
  }

  /** As {@link #pending()}, on the node {@code host}. */
  static String pending(Namespace host) {
    String table = PolicyTable.TABLE.name();
    return host.run("nft", "list", "set", "inet", table, "pending-v4")
        + host.run("nft", "list", "set", "inet", table, "pending-v6");
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
    server.close();
    agents.close();
  }
}
