package io.kindnet.cni.portmap;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.Flow;
import io.kindnet.netlink.conntrack.FlowFilter;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.route.RouteLookup;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes connection tracking forget UDP flows. A flow goes where it went when it began, whatever the
 * rules say by now, and a client that keeps its port keeps the flow alive. (TCP notices by itself.)
 */
final class PodFlows {
  private PodFlows() {}

  /** Forgets the flows to the UDP ports of {@code pod} on the host, and those that it answered. */
  static void forget(PodHostPorts pod) {
    if (!hasUdp(pod)) {
      return;
    }
    try (ConntrackSocket conntrack = ConntrackSocket.open()) {
      for (HostPort port : pod.ports()) {
        if (port.protocol() == TransportProtocol.UDP) {
          forget(conntrack, port);
        }
      }
    }
  }

  private static boolean hasUdp(PodHostPorts pod) {
    for (HostPort port : pod.ports()) {
      if (port.protocol() == TransportProtocol.UDP) {
        return true;
      }
    }
    return false;
  }

  private static void forget(ConntrackSocket conntrack, HostPort port) {
    FlowFilter udp = FlowFilter.of(AddressFamily.of(port.hostIp()), TransportProtocol.UDP.number());
    conntrack.delete(udp.answeredBy(port.containerIp()).answeredFromPort(port.containerPort()));
    FlowFilter toPort = udp.toPort(port.hostPort());
    if (port.isForAnyAddress()) {
      conntrack.delete(toThisHost(conntrack.list(toPort)));
    } else {
      conntrack.delete(toPort.toAddress(port.hostIp()));
    }
  }

  /**
   * Those of {@code flows} that went to an address of this host, the others being none of its
   * business: a pod that asks a name server elsewhere. There rarely are any flows, so the addresses
   * are asked for one by one.
   */
  private static List<Flow> toThisHost(List<Flow> flows) {
    List<Flow> local = new ArrayList<>();
    if (flows.isEmpty()) {
      return local;
    }
    Map<InetAddress, Boolean> known = new HashMap<>();
    try (RouteSocket socket = RouteSocket.open()) {
      for (Flow flow : flows) {
        InetAddress destination = flow.original().destination();
        if (known.computeIfAbsent(destination, address -> isLocal(socket, address))) {
          local.add(flow);
        }
      }
    }
    return local;
  }

  private static boolean isLocal(RouteSocket socket, InetAddress address) {
    Optional<RouteLookup> way = socket.routes().lookup(address);
    return way.isPresent() && way.get().isLocal();
  }
}
