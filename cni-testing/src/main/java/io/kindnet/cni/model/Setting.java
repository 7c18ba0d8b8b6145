package io.kindnet.cni.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;

/**
 * A network configuration.
 *
 * @param network its name
 * @param ranges where addresses come from
 * @param bridge the bridge of the pods, empty for none
 * @param mtu the MTU, 0 for that of the default route
 */
record Setting(String network, List<Range> ranges, String bridge, int mtu) {
  static Setting of(String network, String bridge, int mtu, String... ranges) {
    return new Setting(network, List.of(ranges).stream().map(Range::new).toList(), bridge, mtu);
  }

  /** What a runtime sends. */
  ObjectNode json(Path dataDir, List<PortMappingRequest> requests) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("cniVersion", "1.1.0")
            .put("name", network)
            .put("type", "cni-kindnet")
            .put("dataDir", dataDir.toString())
            .put("bridge", bridge)
            .put("mtu", mtu);
    ranges.forEach(range -> json.withArray("ranges").add(range.cidr()));
    for (PortMappingRequest request : requests) {
      json.withObject("runtimeConfig")
          .withArray("portMappings")
          .addObject()
          .put("hostPort", request.hostPort())
          .put("containerPort", request.containerPort())
          .put("protocol", request.protocol())
          .put("hostIP", request.hostIp());
    }
    return json;
  }
}
