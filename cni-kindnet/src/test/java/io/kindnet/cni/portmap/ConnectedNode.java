package io.kindnet.cni.portmap;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import io.kindnet.netlink.testing.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A node with two pods and an outside, wired by hand, with the masquerading of kindnetd:
 *
 * <pre>
 * outside                    node                             a, b
 * 10.0.0.1 ------- 10.0.0.2, 10.0.0.3 [ 10.244.1.1 ] ------- 10.244.1.5, .6
 * fd00::1 -------- fd00::2, fd00::3 [ fd00:244::1 ] -------- fd00:244::5, ::6
 * </pre>
 *
 * The pods serve TCP and UDP on port 8080 of their own addresses, the outside serves nothing.
 */
final class ConnectedNode {
  static final int POD_PORT = 8080;

  final Namespace namespace;
  final Namespace outsideNamespace;
  final NodeTopology wires;
  final EchoPeer outside;
  final EchoPeer host;
  final EchoPeer a;
  final EchoPeer b;

  ConnectedNode(
      NodeTopology wires, Namespace node, Namespace outside, Namespace podA, Namespace podB) {
    this.wires = wires;
    this.namespace = node;
    this.outsideNamespace = outside;
    node.loopbackUp();
    outside.connect("eth0", node, "eth0");
    Ip.batch(outside, "addr add 10.0.0.1/24 dev eth0\naddr add fd00::1/64 dev eth0 nodad\n");
    Ip.batch(
        node,
        """
        addr add 10.0.0.2/24 dev eth0
        addr add 10.0.0.3/24 dev eth0
        addr add fd00::2/64 dev eth0 nodad
        addr add fd00::3/64 dev eth0 nodad
        """);
    sysctl("net.ipv4.ip_forward", 1);
    sysctl("net.ipv6.conf.all.forwarding", 1);
    if (wires != NodeTopology.POINT_TO_POINT) {
      makeBridge();
    }
    wire(podA, "knet0000000a", 5);
    wire(podB, "knet0000000b", 6);
    // a pod may send what it likes: its lo is down, so that 127.0.0.1 is somewhere outside
    Ip.batch(podA, "route add 127.0.0.1 via 10.244.1.1 dev eth0\n");
    podA.run("sysctl", "-q", "-w", "net.ipv4.conf.eth0.route_localnet=1");
    Nft.apply(node, Resources.text(ConnectedNode.class, "ipmasq.nft"));
    this.outside = EchoPeer.in(outside, "outside");
    this.host = EchoPeer.in(node, "host");
    this.a = serve(podA, "a", 5);
    this.b = serve(podB, "b", 6);
  }

  private void makeBridge() {
    Ip.batch(namespace, "link add name cni0 type bridge\n");
    sysctl("net.ipv6.conf.cni0.accept_dad", 0);
    Ip.batch(
        namespace,
        """
        addr add 10.244.1.1/24 dev cni0
        addr add fd00:244::1/64 dev cni0 nodad
        link set cni0 up
        """);
    boolean withRules = wires == NodeTopology.BRIDGE_WITH_RULES;
    if (withRules) {
      namespace.run("sh", "-c", "test -d /proc/sys/net/bridge || modprobe br_netfilter");
    }
    // without the module, packets on a bridge pass no rules anyway
    if (withRules || Files.exists(Path.of("/proc/sys/net/bridge"))) {
      sysctl("net.bridge.bridge-nf-call-iptables", withRules ? 1 : 0);
      sysctl("net.bridge.bridge-nf-call-ip6tables", withRules ? 1 : 0);
    }
  }

  private void wire(Namespace pod, String hostEnd, int number) {
    pod.connect("eth0", namespace, hostEnd);
    boolean bridged = wires != NodeTopology.POINT_TO_POINT;
    String four = "10.244.1." + number;
    String six = "fd00:244::" + number;
    Ip.batch(
        namespace,
        bridged
            ? "link set " + hostEnd + " master cni0\n"
            : "addr add 10.244.1.1/32 dev %1$s\n".formatted(hostEnd)
                + "addr add fd00:244::1/128 dev %1$s nodad\n".formatted(hostEnd)
                + "route add %2$s dev %1$s src 10.244.1.1\n".formatted(hostEnd, four)
                + "route add %2$s dev %1$s src fd00:244::1\n".formatted(hostEnd, six));
    if (bridged) {
      namespace.run("bridge", "link", "set", "dev", hostEnd, "hairpin", "on");
    }
    Ip.batch(
        pod,
        """
        addr add %s dev eth0
        addr add %s dev eth0 nodad
        route add 10.244.1.1 dev eth0 scope link
        route add fd00:244::1 dev eth0
        route add default via 10.244.1.1 src %s
        route add default via fd00:244::1
        """
            .formatted(four + (bridged ? "/24" : "/32"), six + (bridged ? "/64" : "/128"), four));
  }

  private static EchoPeer serve(Namespace pod, String name, int number) {
    EchoPeer peer = EchoPeer.in(pod, name);
    for (Transport transport : Transport.values()) {
      peer.listen(transport, "10.244.1." + number, POD_PORT);
      peer.listen(transport, "fd00:244::" + number, POD_PORT);
    }
    return peer;
  }

  private void sysctl(String name, int value) {
    namespace.run("sysctl", "-q", "-w", name + "=" + value);
  }

  /** What is done to host ports inside the node. */
  @FunctionalInterface
  interface Work<T> {
    T on(HostPorts hostPorts) throws CniException;
  }

  <T> T call(Work<T> work) {
    try (NetworkNamespace entered = NetworkNamespace.open(namespace.path().toString())) {
      return entered.call(() -> {
        try (HostPorts hostPorts = NftablesHostPorts.open()) {
          return work.on(hostPorts);
        }
      });
    }
  }

  /** As ADD does it. */
  void install(PodHostPorts pod) {
    call(ports -> {
      if (!ports.install(pod)) {
        ports.restore(List.of(pod));
      }
      ports.forgetFlowsToPorts(pod);
      return pod;
    });
  }

  /** As DEL does it. */
  void remove(PodHostPorts pod) {
    call(ports -> {
      boolean removed = ports.remove(pod);
      ports.forgetFlowsToPod(pod);
      return removed;
    });
  }

  void restore(PodHostPorts... pods) {
    call(ports -> {
      ports.restore(List.of(pods));
      return pods;
    });
  }

  /** Pod {@code a} with {@code ports}. */
  PodHostPorts a(HostPort... ports) {
    return new PodHostPorts("knet0000000a", wires.bridge, List.of(ports));
  }

  /** Pod {@code b} with {@code ports}. */
  PodHostPorts b(HostPort... ports) {
    return new PodHostPorts("knet0000000b", wires.bridge, List.of(ports));
  }

  /** From {@code port} of {@code hostIp} to port 8080 of the pod whose addresses end so. */
  static HostPort port(String hostIp, int port, TransportProtocol protocol, int number) {
    String pod = (hostIp.contains(":") ? "fd00:244::" : "10.244.1.") + number;
    return new HostPort(
        IpAddresses.parse(hostIp), port, protocol, IpAddresses.parse(pod), POD_PORT);
  }

  /** From {@code port} of all addresses in both families and TCP and UDP. */
  static HostPort[] everywhere(int port, int number) {
    return new HostPort[] {
      port("0.0.0.0", port, TransportProtocol.TCP, number),
      port("0.0.0.0", port, TransportProtocol.UDP, number),
      port("::", port, TransportProtocol.TCP, number),
      port("::", port, TransportProtocol.UDP, number)
    };
  }
}
