package io.kindnet.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Calls a plugin as a container runtime does: the configuration that the agent wrote, capability
 * arguments added.
 */
final class CniClient {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Machine node;
  private final String plugin;
  private final String cniVersion;

  CniClient(Machine node, String plugin, String cniVersion) {
    this.node = node;
    this.plugin = plugin;
    this.cniVersion = cniVersion;
  }

  /**
   * What an ADD said.
   *
   * @param millis how long it took, with the start of the program
   */
  record Added(JsonNode result, long millis) {}

  Added add(
      CallPath way,
      String conflist,
      String containerId,
      String podName,
      Namespace namespace,
      List<Pod.HostPort> hostPorts) {
    ObjectNode configuration = configuration(conflist);
    ArrayNode mappings = configuration.putObject("runtimeConfig").putArray("portMappings");
    for (Pod.HostPort hostPort : hostPorts) {
      mappings
          .addObject()
          .put("hostPort", hostPort.port())
          .put("containerPort", Pod.PORT)
          .put("protocol", hostPort.transport().name().toLowerCase(Locale.ROOT));
    }
    long begin = System.nanoTime();
    String result = call(way, "ADD", configuration, containerId, podName, namespace);
    return new Added(read(result), (System.nanoTime() - begin) / 1_000_000);
  }

  void delete(
      CallPath way, String conflist, String containerId, String podName, Namespace namespace) {
    call(way, "DEL", configuration(conflist), containerId, podName, namespace);
  }

  private ObjectNode configuration(String conflist) {
    ObjectNode list = (ObjectNode) read(conflist);
    ObjectNode plugin0 = (ObjectNode) list.path("plugins").path(0);
    return plugin0.put("name", list.path("name").asText()).put("cniVersion", cniVersion);
  }

  private String call(
      CallPath way,
      String command,
      ObjectNode configuration,
      String containerId,
      String podName,
      Namespace namespace) {
    Map<String, String> environment =
        Map.of(
            "CNI_COMMAND",
            command,
            "CNI_CONTAINERID",
            containerId,
            "CNI_NETNS",
            namespace.path().toString(),
            "CNI_IFNAME",
            "eth0",
            "CNI_PATH",
            plugin.substring(0, plugin.lastIndexOf('/')),
            "CNI_ARGS",
            "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=" + podName);
    List<String> line = new ArrayList<>(List.of("env"));
    environment.forEach((name, value) -> line.add(name + "=" + value));
    line.addAll(way.environment());
    line.add(plugin);
    CommandResult result =
        node.tryRunWithInput(configuration.toString(), line.toArray(String[]::new));
    if (result.exit() != 0) {
      throw new AssertionError(
          command + " of pod " + podName + ": " + result.stdout() + result.stderr());
    }
    return result.stdout();
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError("not JSON: " + text, notJson);
    }
  }
}
