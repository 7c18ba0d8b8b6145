package io.kindnet.cni.model;

import java.util.ArrayList;
import java.util.List;

/**
 * A host port of a pod.
 *
 * @param hostIp {@code 0.0.0.0} or {@code ::} for every address
 * @param hostPort the port of the host
 * @param protocol tcp, udp or sctp
 * @param address the pod's address, of the same family
 * @param containerPort the pod's port
 */
record Port(String hostIp, int hostPort, String protocol, String address, int containerPort) {
  private static final String ANY_V4 = "0.0.0.0";
  private static final String ANY_V6 = "::";

  /**
   * What becomes of {@code requests} in a pod with these addresses; wishes for others are left out.
   */
  static List<Port> of(List<PortMappingRequest> requests, List<String> addresses) {
    List<Port> ports = new ArrayList<>();
    for (PortMappingRequest request : requests) {
      for (String address : addresses) {
        boolean six = isIpv6(address);
        String any = six ? ANY_V6 : ANY_V4;
        String hostIp = request.hostIp().isEmpty() ? any : request.hostIp();
        Port port =
            new Port(
                hostIp, request.hostPort(), request.protocol(), address, request.containerPort());
        if (isIpv6(hostIp) == six && !ports.contains(port)) {
          ports.add(port);
        }
      }
    }
    return ports;
  }

  private static boolean isIpv6(String address) {
    return address.indexOf(':') >= 0;
  }

  boolean isIpv6() {
    return isIpv6(address);
  }

  boolean overlaps(Port other) {
    return hostPort == other.hostPort
        && protocol.equals(other.protocol)
        && isIpv6() == other.isIpv6()
        && (isForAny() || other.isForAny() || hostIp.equals(other.hostIp));
  }

  /** Whether the host's {@code ::1} leads to the pod. */
  boolean isForLoopbackV6() {
    return hostIp.equals(ANY_V6) || hostIp.equals("::1");
  }

  private boolean isForAny() {
    return hostIp.equals(ANY_V4) || hostIp.equals(ANY_V6);
  }

  /** Its element of the map, as {@link Observer} reads it. */
  String element() {
    String hosts = isForAny() ? hostIp + "/0" : hostIp;
    return "hostport-map-v%d %s . %s . %d : %s . %d"
        .formatted(isIpv6() ? 6 : 4, hosts, protocol, hostPort, address, containerPort);
  }

  /** The element by which the pod reaches itself. */
  String hairpin() {
    return "hairpin-v%d %s . %s".formatted(isIpv6() ? 6 : 4, address, address);
  }
}
