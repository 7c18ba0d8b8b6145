package io.kindnet.cni.model;

import java.util.ArrayList;
import java.util.Comparator;
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
   * What becomes of {@code requests} in a pod with these addresses; requests for others are left
   * out.
   */
  static List<Port> of(List<PortMappingRequest> requests, List<String> addresses) {
    List<Port> ports = new ArrayList<>();
    List<PortMappingRequest> sorted = new ArrayList<>(requests);
    sorted.sort(Comparator.comparing(request -> request.hostIp().isEmpty())); // stable
    for (PortMappingRequest request : sorted) {
      for (String address : addresses) {
        boolean six = isIpv6(address);
        String any = six ? ANY_V6 : ANY_V4;
        String hostIp = request.hostIp().isEmpty() ? any : request.hostIp();
        Port port =
            new Port(
                hostIp, request.hostPort(), request.protocol(), address, request.containerPort());
        if (isIpv6(hostIp) == six && ports.stream().noneMatch(port::isSameOfHost)) {
          ports.add(port);
        }
      }
    }
    return ports;
  }

  private boolean isSameOfHost(Port other) {
    return hostIp.equals(other.hostIp)
        && hostPort == other.hostPort
        && protocol.equals(other.protocol);
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

  /** Its element of a map, as {@link Observer} reads it. */
  String element() {
    return "hostport-%s-v%d %s%s . %d : %s . %d"
        .formatted(
            isForAny() ? "any" : "map",
            isIpv6() ? 6 : 4,
            isForAny() ? "" : hostIp + " . ",
            protocol,
            hostPort,
            address,
            containerPort);
  }

  /** The element by which the pod reaches itself. */
  String hairpin() {
    return "hairpin-v%d %s . %s".formatted(isIpv6() ? 6 : 4, address, address);
  }
}
