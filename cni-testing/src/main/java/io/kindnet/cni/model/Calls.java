package io.kindnet.cni.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a runtime sends to the plugin, verb by verb. */
final class Calls {
  private final Plugin plugin;
  private final Path dataDir;

  Calls(Plugin plugin, Path dataDir) {
    this.plugin = plugin;
    this.dataDir = dataDir;
  }

  Answer add(Slot slot, String netns, Setting setting, List<PortMappingRequest> requests) {
    return call("ADD", slot, netns, setting.json(dataDir, requests));
  }

  Answer addBadly(
      Slot slot, String netns, String hostNetns, Setting setting, Operation.Mistake mistake) {
    ObjectNode config = setting.json(dataDir, List.of());
    Map<String, String> variables = variables("ADD", slot, netns);
    switch (mistake) {
      case CONTAINER_ID -> variables.put("CNI_CONTAINERID", "../c1");
      case INTERFACE_NAME -> variables.put("CNI_IFNAME", "a-name-that-is-too-long");
      case NO_NAMESPACE -> variables.put("CNI_NETNS", "");
      case NAMESPACE_IS_A_FILE -> variables.put("CNI_NETNS", "/etc/passwd");
      case HOST_NAMESPACE -> variables.put("CNI_NETNS", hostNetns);
      case NOT_JSON -> {
        return plugin.call(variables, "{\"cniVersion\":");
      }
      case RANGE -> config.withArray("ranges").add("10.244.1.0/33");
      case HOST_PORT ->
          config = setting.json(dataDir, List.of(new PortMappingRequest(65536, "tcp", "", 80)));
      case HOST_IP ->
          config = setting.json(dataDir, List.of(new PortMappingRequest(80, "tcp", "name", 80)));
      case VERSION -> config.put("cniVersion", "2.0.0");
    }
    return plugin.call(variables, config.toString());
  }

  Answer del(Slot slot, String netns, Setting setting) {
    return call("DEL", slot, netns, setting.json(dataDir, List.of()));
  }

  Answer check(Slot slot, String netns, Setting setting, JsonNode previousResult) {
    ObjectNode config = setting.json(dataDir, List.of());
    config.set("prevResult", previousResult);
    return call("CHECK", slot, netns, config);
  }

  Answer gc(Setting setting, Collection<Slot> valid) {
    ObjectNode config = setting.json(dataDir, List.of());
    config.withArray("cni.dev/valid-attachments");
    for (Slot slot : valid) {
      config
          .withArray("cni.dev/valid-attachments")
          .addObject()
          .put("containerID", slot.containerId())
          .put("ifname", slot.interfaceName());
    }
    return plugin.call(Map.of("CNI_COMMAND", "GC"), config.toString());
  }

  Answer status(Setting setting) {
    return plugin.call(
        Map.of("CNI_COMMAND", "STATUS"), setting.json(dataDir, List.of()).toString());
  }

  private Answer call(String verb, Slot slot, String netns, ObjectNode config) {
    return plugin.call(variables(verb, slot, netns), config.toString());
  }

  private static Map<String, String> variables(String verb, Slot slot, String netns) {
    Map<String, String> variables = new HashMap<>();
    variables.put("CNI_COMMAND", verb);
    variables.put("CNI_CONTAINERID", slot.containerId());
    variables.put("CNI_NETNS", netns);
    variables.put("CNI_IFNAME", slot.interfaceName());
    variables.put("CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=" + slot.containerId());
    return variables;
  }
}
