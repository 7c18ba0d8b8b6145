package io.kindnet.kindnetd.cniconfig;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.kindnetd.cniconfig.PluginChain.Plugins;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import java.util.OptionalInt;

/**
 * The CNI network configuration list of this node.
 *
 * @param chain which plugins
 * @param podCidrs where pods get their addresses from, at least one
 * @param mtu of the pods' interfaces, for plugins that do not find it out themselves
 */
record CniConfiguration(PluginChain chain, List<IpPrefix> podCidrs, OptionalInt mtu) {
  private static final ObjectWriter WRITER = new ObjectMapper().writer(printer());

  /** What every runtime understands that still runs; newer ones choose among all the versions. */
  private static final String CNI_VERSION = "0.4.0";

  private static final List<String> CNI_VERSIONS =
      List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  /** The bridge's name in every kindnet that had one. */
  static final String BRIDGE = "kind-br";

  /** Where host-local keeps its addresses: lost on a reboot, as the pods are. */
  private static final String HOST_LOCAL_DATA = "/run/cni-ipam-state";

  /** The text of the file. */
  String toJson() {
    ObjectNode list = object().put("cniVersion", CNI_VERSION);
    if (chain.plugins() == Plugins.KINDNET) {
      // not for the standard plugins, which may be older than the runtime
      CNI_VERSIONS.forEach(list.putArray("cniVersions")::add);
    }
    list.put("name", "kindnet");
    ArrayNode plugins = list.putArray("plugins");
    switch (chain.plugins()) {
      case KINDNET -> plugins.add(withPortMappings(kindnet()));
      case STANDARD ->
          plugins
              .add(chain.bridge() ? standardBridge() : standardPtp())
              .add(withPortMappings(object().put("type", "portmap")));
    }
    try {
      return WRITER.writeValueAsString(list) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private ObjectNode kindnet() {
    ObjectNode plugin = object().put("type", "cni-kindnet");
    ArrayNode ranges = plugin.putArray("ranges");
    podCidrs.forEach(cidr -> ranges.add(cidr.toString()));
    if (chain.bridge()) {
      plugin.put("bridge", BRIDGE);
    }
    return plugin;
  }

  private ObjectNode standardPtp() {
    ObjectNode plugin = object().put("type", "ptp").put("ipMasq", false);
    ArrayNode routes = addHostLocal(plugin).putArray("routes");
    for (AddressFamily family : families()) {
      routes.addObject().put("dst", family == AddressFamily.IPV4 ? "0.0.0.0/0" : "::/0");
    }
    mtu.ifPresent(bytes -> plugin.put("mtu", bytes));
    return plugin;
  }

  /** The bridge plugin makes the default routes itself. */
  private ObjectNode standardBridge() {
    ObjectNode plugin =
        object()
            .put("type", "bridge")
            .put("bridge", BRIDGE)
            .put("ipMasq", false)
            .put("isGateway", true)
            .put("isDefaultGateway", true)
            .put("hairpinMode", true);
    addHostLocal(plugin);
    mtu.ifPresent(bytes -> plugin.put("mtu", bytes));
    return plugin;
  }

  /** One set of ranges for each family: host-local hands out one address of each set. */
  private ObjectNode addHostLocal(ObjectNode plugin) {
    ObjectNode ipam =
        plugin.putObject("ipam").put("type", "host-local").put("dataDir", HOST_LOCAL_DATA);
    ArrayNode sets = ipam.putArray("ranges");
    for (AddressFamily family : families()) {
      ArrayNode set = sets.addArray();
      for (IpPrefix cidr : podCidrs) {
        if (cidr.family() == family) {
          set.addObject().put("subnet", cidr.toString());
        }
      }
    }
    return ipam;
  }

  private List<AddressFamily> families() {
    return podCidrs.stream().map(IpPrefix::family).distinct().toList();
  }

  private static ObjectNode withPortMappings(ObjectNode plugin) {
    plugin.putObject("capabilities").put("portMappings", true);
    return plugin;
  }

  /** As people write JSON: each item on a line, no blank before a colon. */
  private static PrettyPrinter printer() {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance().withObjectFieldValueSpacing(Spacing.AFTER));
    printer.indentArraysWith(new DefaultIndenter("  ", "\n"));
    printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    return printer;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
