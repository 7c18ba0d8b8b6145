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
  private static final String LAST_V4 = "255.255.255.255";
  private static final String LAST_V6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

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

  /**
   * Its elements of the map, as {@link Observer} reads them: what is for every address leaves out
   * what is for one.
   *
   * @param ofPod all ports of the pod
   */
  List<String> elements(List<Port> ofPod) {
    List<String> hosts = new ArrayList<>();
    if (isForAny()) {
      List<String> specific =
          ofPod.stream()
              .filter(other -> !other.isForAny() && overlaps(other))
              .map(Port::hostIp)
              .sorted() // all have three digits in front, or there is only ::1
              .toList();
      String from = hostIp;
      for (String one : specific) {
        hosts.add(range(from, neighbour(one, -1)));
        from = neighbour(one, 1);
      }
      hosts.add(specific.isEmpty() ? hostIp + "/0" : range(from, isIpv6() ? LAST_V6 : LAST_V4));
    } else {
      hosts.add(hostIp);
    }
    return hosts.stream()
        .map(each ->
            "hostport-map-v%d %s . %s . %d : %s . %d"
                .formatted(isIpv6() ? 6 : 4, each, protocol, hostPort, address, containerPort))
        .toList();
  }

  private static String range(String first, String last) {
    return first.equals(last) ? first : first + "-" + last;
  }

  /** The address before ({@code -1}) or behind ({@code 1}) one that a request names. */
  private static String neighbour(String address, int offset) {
    int at = Math.max(address.lastIndexOf(':'), address.lastIndexOf('.')) + 1;
    int number = Integer.parseInt(address.substring(at)) + offset;
    boolean unspecified = isIpv6(address) && number == 0;
    return address.substring(0, at) + (unspecified ? "" : number);
  }

  /** The element by which the pod reaches itself. */
  String hairpin() {
    return "hairpin-v%d %s . %s".formatted(isIpv6() ? 6 : 4, address, address);
  }
}
