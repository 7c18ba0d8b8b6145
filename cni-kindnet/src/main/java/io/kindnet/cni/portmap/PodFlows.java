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

  /** Forgets the flows to the host's UDP ports that are those of {@code pod}. */
  static void forgetToPorts(PodHostPorts pod) {
    if (hasUdp(pod)) {
      try (ConntrackSocket conntrack = ConntrackSocket.open()) {
        for (HostPort port : pod.ports()) {
          if (port.protocol() == TransportProtocol.UDP) {
            forgetToPort(conntrack, port);
          }
        }
      }
    }
  }

  private static void forgetToPort(ConntrackSocket conntrack, HostPort port) {
    FlowFilter toPort = flows(port).toPort(port.hostPort());
    if (port.isForAnyAddress()) {
      conntrack.delete(toThisHost(conntrack.list(toPort)));
    } else {
      conntrack.delete(toPort.toAddress(port.hostIp()));
    }
  }

  /** Forgets the flows that {@code pod} answered from its UDP ports. */
  static void forgetToPod(PodHostPorts pod) {
    if (hasUdp(pod)) {
      try (ConntrackSocket conntrack = ConntrackSocket.open()) {
        for (HostPort port : pod.ports()) {
          if (port.protocol() == TransportProtocol.UDP) {
            conntrack.delete(
                flows(port).answeredBy(port.containerIp()).answeredFromPort(port.containerPort()));
          }
        }
      }
    }
  }

  private static FlowFilter flows(HostPort port) {
    return FlowFilter.of(AddressFamily.of(port.hostIp()), TransportProtocol.UDP.number());
  }

  private static boolean hasUdp(PodHostPorts pod) {
    for (HostPort port : pod.ports()) {
      if (port.protocol() == TransportProtocol.UDP) {
        return true;
      }
    }
    return false;
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
