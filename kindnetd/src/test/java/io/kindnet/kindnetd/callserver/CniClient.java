package io.kindnet.kindnetd.callserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.CniCall;
import io.kindnet.cni.Kernel;
import io.kindnet.cni.Reply;
import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.cni.delegation.RequestHeader;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A CNI client on a node: what it asks, and both ways that a call can go from there. */
final class CniClient {
  private static final int ALWAYS = RequestHeader.OWN_NETWORK | RequestHeader.ROOT;

  private final Namespace node;
  private final Path dataDir;
  private final String bridge;
  private List<String> ranges = List.of("10.244.0.0/23", "fd00:10:244::/64");

  CniClient(Namespace node, Path dataDir) {
    this(node, dataDir, "");
  }

  /**
   * @param bridge where pods are ports of one, its name
   */
  CniClient(Namespace node, Path dataDir, String bridge) {
    this.node = node;
    this.dataDir = dataDir;
    this.bridge = bridge;
  }

  /** The ranges of its configuration from now on. */
  void ranges(String... others) {
    ranges = List.of(others);
  }

  Namespace node() {
    return node;
  }

  Path database() {
    return dataDir.resolve("cni.db");
  }

  /** The network configuration; a pod with a host port above 0 asks for it. */
  ObjectNode config(int hostPort) {
    ObjectNode config =
        new ObjectMapper()
            .createObjectNode()
            .put("cniVersion", "1.1.0")
            .put("name", "kindnet")
            .put("type", "cni-kindnet")
            .put("dataDir", dataDir.toString());
    if (!bridge.isEmpty()) {
      config.put("bridge", bridge);
    }
    ranges.forEach(config.withArray("ranges")::add);
    if (hostPort > 0) {
      config
          .withObject("runtimeConfig")
          .withArray("portMappings")
          .addObject()
          .put("hostPort", hostPort)
          .put("containerPort", 8080)
          .put("protocol", "tcp");
    }
    return config;
  }

  Map<String, String> variables(String verb, String container, @Nullable Namespace pod) {
    Map<String, String> variables = new TreeMap<>();
    variables.put("CNI_COMMAND", verb);
    variables.put("CNI_CONTAINERID", container);
    variables.put("CNI_NETNS", pod == null ? "" : pod.path().toString());
    variables.put("CNI_IFNAME", "eth0");
    variables.put("CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=" + container);
    return variables;
  }

  DelegatedCall call(String verb, String container, @Nullable Namespace pod, JsonNode config) {
    List<Path> files = new ArrayList<>(List.of(node.path(), Path.of("/")));
    if (pod != null) {
      files.add(pod.path());
    }
    return DelegatedCall.of(
        variables(verb, container, pod),
        config.toString(),
        pod == null ? ALWAYS : ALWAYS | RequestHeader.POD_NETWORK,
        files);
  }

  DelegatedCall add(String container, Namespace pod, int hostPort) {
    return call("ADD", container, pod, config(hostPort));
  }

  DelegatedCall del(String container, @Nullable Namespace pod) {
    return call("DEL", container, pod, config(0));
  }

  /** GC that spares the containers {@code valid}. */
  DelegatedCall gc(String... valid) {
    ObjectNode config = config(0);
    config.withArray("cni.dev/valid-attachments");
    for (String container : valid) {
      config
          .withArray("cni.dev/valid-attachments")
          .addObject()
          .put("containerID", container)
          .put("ifname", "eth0");
    }
    return call("GC", "", null, config);
  }

  /** The call as the plugin runs it, without the agent. */
  AgentAnswer runCold(DelegatedCall call) {
    Map<String, String> variables = new TreeMap<>();
    for (String variable : call.environment().split("\0")) {
      int equals = Math.max(0, variable.indexOf('='));
      variables.put(
          variable.substring(0, equals),
          variable.substring(Math.min(equals + 1, variable.length())));
    }
    try (NetworkNamespace own = NetworkNamespace.open(node.path().toString())) {
      Reply reply =
          own.call(() ->
              CniCall.answer(
                  variables, call.input().getBytes(UTF_8), Kernel::open, ExecutionMode.COLD, null));
      return new AgentAnswer(DelegationProtocol.ANSWERED, reply.exitCode(), reply.document());
    }
  }
}
