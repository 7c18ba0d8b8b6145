package io.kindnet.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A network configuration: what a client reads from {@code /etc/cni/net.d}, and what it makes of it
 * for each plugin.
 */
final class NetworkConfiguration {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String VERSION = "1.0.0";

  private final ObjectNode conflist;

  private NetworkConfiguration(String conflist) {
    this.conflist = (ObjectNode) read(conflist);
  }

  /** This project's plugin. */
  static NetworkConfiguration kindnet(String name, List<String> ranges) {
    ObjectNode plugin = JSON.createObjectNode().put("type", "cni-kindnet");
    ArrayNode array = plugin.putArray("ranges");
    ranges.forEach(array::add);
    return new NetworkConfiguration(
        """
        {"cniVersion": "%s", "name": "%s", "plugins": [%s]}
        """
            .formatted(VERSION, name, withHostPorts(plugin)));
  }

  /** What kindnet used before it had a plugin of its own: ptp with host-local, then portmap. */
  static NetworkConfiguration peers(String name, List<String> ranges) {
    ObjectNode ptp = JSON.createObjectNode().put("type", "ptp");
    ObjectNode ipam = ptp.putObject("ipam").put("type", "host-local");
    ArrayNode sets = ipam.putArray("ranges");
    ArrayNode routes = ipam.putArray("routes");
    for (String range : ranges) {
      sets.addArray().addObject().put("subnet", range);
      routes.addObject().put("dst", range.indexOf(':') >= 0 ? "::/0" : "0.0.0.0/0");
    }
    ObjectNode portmap = JSON.createObjectNode().put("type", "portmap");
    return new NetworkConfiguration(
        """
        {"cniVersion": "%s", "name": "%s", "plugins": [%s, %s]}
        """
            .formatted(VERSION, name, ptp, withHostPorts(portmap)));
  }

  String name() {
    return conflist.path("name").asText();
  }

  /** The content of its file. */
  String conflist() {
    return conflist.toPrettyString();
  }

  /** The plugins, in the order of an ADD. */
  List<String> types() {
    return StreamSupport.stream(conflist.path("plugins").spliterator(), false)
        .map(plugin -> plugin.path("type").asText())
        .toList();
  }

  /**
   * What one of its plugins is given on standard input.
   *
   * @param type which
   * @param previous the result of the plugin before it, or of the ADD; empty if there is none
   */
  String input(String type, Pod pod, String previous) {
    ObjectNode input = plugin(type).deepCopy();
    input.put("cniVersion", VERSION).put("name", name());
    if (pod.hostPort() != 0 && input.has("capabilities")) {
      input.set("runtimeConfig", portMappings(pod));
    }
    if (!previous.isEmpty()) {
      input.set("prevResult", read(previous));
    }
    return input.toString();
  }

  /** The values of the capabilities: what the client is given for {@code pod}. */
  static ObjectNode portMappings(Pod pod) {
    ObjectNode arguments = JSON.createObjectNode();
    if (pod.hostPort() != 0) {
      arguments
          .putArray("portMappings")
          .addObject()
          .put("hostPort", pod.hostPort())
          .put("containerPort", 8080)
          .put("protocol", "tcp");
    }
    return arguments;
  }

  private ObjectNode plugin(String type) {
    for (JsonNode plugin : conflist.path("plugins")) {
      if (plugin.path("type").asText().equals(type)) {
        return (ObjectNode) plugin;
      }
    }
    throw new IllegalArgumentException("network " + name() + " has no plugin " + type);
  }

  private static ObjectNode withHostPorts(ObjectNode plugin) {
    plugin.putObject("capabilities").put("portMappings", true);
    return plugin;
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException notJson) {
      throw new IllegalArgumentException("not JSON: " + text, notJson);
    }
  }
}
