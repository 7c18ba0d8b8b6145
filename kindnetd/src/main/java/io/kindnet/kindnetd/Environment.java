package io.kindnet.kindnetd;

import java.util.Map;

/**
 * The environment variables of the manifest, as they are; an unset one is empty.
 *
 * @param hostIp {@code HOST_IP}, the node's address by the downward API
 * @param podIp {@code POD_IP}, the pod's own address; equal to the node's on the host network
 * @param nodeName {@code NODE_NAME}
 * @param cniBridge {@code CNI_BRIDGE}, not empty for the bridge wiring
 * @param podSubnet {@code POD_SUBNET}, kind's comma-separated pod CIDRs of the whole cluster
 * @param controlPlaneEndpoint {@code CONTROL_PLANE_ENDPOINT}, kind's host:port of the API server
 */
record Environment(
    String hostIp,
    String podIp,
    String nodeName,
    String cniBridge,
    String podSubnet,
    String controlPlaneEndpoint) {

  static Environment of(Map<String, String> variables) {
    return new Environment(
        variables.getOrDefault("HOST_IP", ""),
        variables.getOrDefault("POD_IP", ""),
        variables.getOrDefault("NODE_NAME", ""),
        variables.getOrDefault("CNI_BRIDGE", ""),
        variables.getOrDefault("POD_SUBNET", ""),
        variables.getOrDefault("CONTROL_PLANE_ENDPOINT", ""));
  }
}
