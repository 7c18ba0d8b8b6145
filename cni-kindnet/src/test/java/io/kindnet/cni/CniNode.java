package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.podlink.PodNamespaces;
import io.kindnet.cni.policy.StoredPolicies;
import io.kindnet.cni.portmap.HostPorts;
import io.kindnet.cni.portmap.NftablesHostPorts;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.StandardInput;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.cni.store.Store;
import io.kindnet.cni.store.StoreProvider;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A CNI client on a node: a network namespace in which the plugin runs, on a thread of this
 * process.
 */
final class CniNode {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Namespace namespace;
  private final Path dataDir;
  private final RecordedHostPorts hostPorts = new RecordedHostPorts();
  private final ObjectNode config;
  private Supplier<HostPorts> openPorts = () -> hostPorts;
  private @Nullable StepListener listener;
  private BusyTimeout busyTimeout = BusyTimeout.USUAL;

  /**
   * A node with a database in {@code dataDir}.
   *
   * @param ranges the ranges of its configuration
   */
  CniNode(Namespace namespace, Path dataDir, String... ranges) {
    this.namespace = namespace;
    this.dataDir = dataDir;
    this.config =
        JSON.createObjectNode()
            .put("cniVersion", "1.1.0")
            .put("name", "kindnet")
            .put("type", "cni-kindnet")
            .put("dataDir", dataDir.toString());
    config.set("ranges", JSON.valueToTree(ranges));
  }

  /** The configuration that is sent from now on, to be changed. */
  ObjectNode config() {
    return config;
  }

  Namespace namespace() {
    return namespace;
  }

  RecordedHostPorts hostPorts() {
    return hostPorts;
  }

  /** From now on, host ports are rules in the kernel. */
  CniNode withRealRules() {
    openPorts = NftablesHostPorts::open;
    return this;
  }

  /** Tells {@code told} of the steps of all calls from now on; null for nobody. */
  void listener(@Nullable StepListener told) {
    listener = told;
  }

  Path database() {
    return dataDir.resolve(Store.FILE_NAME);
  }

  /** How long calls wait for others from now on. */
  void busyTimeout(BusyTimeout wait) {
    busyTimeout = wait;
  }

  /** The database. */
  Path file() {
    return dataDir.resolve(Store.FILE_NAME);
  }

  Store store() throws CniException {
    return Store.open(database());
  }

  /** Asks for a host port on all addresses, for the ADDs that follow. */
  CniNode withHostPort(int hostPort, int containerPort, String protocol) {
    return withHostPort(hostPort, containerPort, protocol, "");
  }

  CniNode withHostPort(int hostPort, int containerPort, String protocol, String hostIp) {
    config
        .withObject("runtimeConfig")
        .withArray("portMappings")
        .addObject()
        .put("hostPort", hostPort)
        .put("containerPort", containerPort)
        .put("protocol", protocol)
        .put("hostIP", hostIp);
    return this;
  }

  /** The result of an ADD that must succeed. */
  JsonNode add(String containerId, Namespace pod) {
    return parse(succeed(call("ADD", containerId, pod.path().toString(), "eth0", config)));
  }

  /** DEL, which must succeed. */
  void del(String containerId, @Nullable Namespace pod) {
    String netns = pod == null ? "" : pod.path().toString();
    assertThat(succeed(call("DEL", containerId, netns, "eth0", config))).isEmpty();
  }

  /** CHECK with what ADD gave. */
  Reply check(String containerId, Namespace pod, JsonNode prevResult) {
    ObjectNode with = config.deepCopy();
    with.set("prevResult", prevResult);
    return call("CHECK", containerId, pod.path().toString(), "eth0", with);
  }

  /**
   * The error of a STATUS; where a busy machine made it late it says nothing, and is asked again.
   */
  JsonNode statusError() {
    AtomicReference<JsonNode> error = new AtomicReference<>();
    Eventually.within(DEADLINE, () -> error.set(error(call("STATUS", "", "", "", config))));
    return Objects.requireNonNull(error.get());
  }

  /** Any call; the name of the pod is that of the container. */
  Reply call(
      String command, String containerId, String netns, String interfaceName, JsonNode input) {
    return call(variables(command, containerId, netns, interfaceName), input.toString());
  }

  /** The environment variables of a call about {@code eth0} of a pod. */
  Map<String, String> variables(String command, String containerId, Namespace pod) {
    return variables(command, containerId, pod.path().toString(), "eth0");
  }

  private static Map<String, String> variables(
      String command, String containerId, String netns, String interfaceName) {
    Map<String, String> variables = new HashMap<>();
    variables.put("CNI_COMMAND", command);
    variables.put("CNI_CONTAINERID", containerId);
    variables.put("CNI_NETNS", netns);
    variables.put("CNI_IFNAME", interfaceName);
    variables.put("CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=" + containerId);
    return variables;
  }

  Reply call(Map<String, String> variables, String input) {
    try (NetworkNamespace handle = NetworkNamespace.open(namespace.path().toString())) {
      return handle.call(() ->
          CniCall.answer(
              variables,
              new StandardInput(input.getBytes(UTF_8)),
              () ->
                  new Kernel(
                      HostNetwork.open(),
                      openPorts.get(),
                      new PodNamespaces.ByPath(),
                      StoredPolicies.open()),
              StoreProvider.OF_ONE_CALL,
              busyTimeout,
              ExecutionMode.COLD,
              listener));
    }
  }

  /** The error object of a call that must fail. */
  static JsonNode error(Reply reply) {
    assertThat(reply.exitCode()).as(reply.document()).isEqualTo(1);
    return parse(reply.document());
  }

  static JsonNode parse(String document) {
    try {
      return JSON.readTree(document);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError("not JSON: " + document, notJson);
    }
  }

  /** The output of {@code ip -j ARGUMENTS}. */
  static JsonNode ip(Namespace namespace, String... arguments) {
    return parse(Ip.json(namespace, arguments));
  }

  private static String succeed(Reply reply) {
    assertThat(reply.exitCode()).as(reply.document()).isZero();
    return reply.document();
  }
}
