package io.kindnet.cni.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What an ADD gave, as its result says.
 *
 * @param slot whose it is
 * @param netns the path of the pod's namespace
 * @param setting the configuration
 * @param mtu of both ends
 * @param hostInterface the name of the host's end
 * @param hostMac its MAC address
 * @param podMac that of the pod's end
 * @param leases its addresses, IPv4 first
 * @param ports its host ports
 */
record Pod(
    Slot slot,
    String netns,
    Setting setting,
    int mtu,
    String hostInterface,
    String hostMac,
    String podMac,
    List<Lease> leases,
    List<Port> ports) {

  /** Reads the result of an ADD with {@code setting}, and fails where its parts contradict. */
  static Pod read(
      JsonNode result,
      Slot slot,
      String netns,
      Setting setting,
      List<PortMappingRequest> requests) {
    JsonNode interfaces = result.path("interfaces");
    int inPod = interfaces.size() - 1;
    require(inPod == (setting.bridge().isEmpty() ? 1 : 2), "number of interfaces", result);
    JsonNode host = interfaces.path(inPod - 1);
    JsonNode pod = interfaces.path(inPod);
    require(pod.path("sandbox").asText().equals(netns), "sandbox", result);
    require(pod.path("name").asText().equals(slot.interfaceName()), "interface name", result);
    require(host.path("mtu").asInt() == pod.path("mtu").asInt(), "MTUs", result);
    List<Lease> leases = new ArrayList<>();
    for (JsonNode ip : result.path("ips")) {
      require(ip.path("interface").asInt() == inPod, "index of the interface", result);
      leases.add(lease(ip, setting));
    }
    List<String> addresses = leases.stream().map(Lease::address).toList();
    return new Pod(
        slot,
        netns,
        setting,
        pod.path("mtu").asInt(),
        host.path("name").asText(),
        host.path("mac").asText(),
        pod.path("mac").asText(),
        leases,
        Port.of(requests, addresses));
  }

  private static Lease lease(JsonNode ip, Setting setting) {
    String cidr = ip.path("address").asText();
    String address = cidr.substring(0, cidr.indexOf('/'));
    String gateway = ip.path("gateway").asText();
    for (Range range : setting.ranges()) {
      if (range.gateway().equals(gateway) && range.serves(address)) {
        Lease lease = new Lease(address, gateway, range);
        require(cidr.equals(address + "/" + lease.bits()), "prefix length", ip);
        return lease;
      }
    }
    throw new AssertionError("no range of " + setting + " serves " + ip);
  }

  private static void require(boolean isSo, String what, JsonNode where) {
    if (!isSo) {
      throw new AssertionError("wrong " + what + " in " + where);
    }
  }

  boolean isBridged() {
    return !setting.bridge().isEmpty();
  }
}
