package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.ConnectedNode.everywhere;
import static io.kindnet.cni.portmap.ConnectedNode.port;
import static io.kindnet.cni.protocol.TransportProtocol.TCP;
import static io.kindnet.cni.protocol.TransportProtocol.UDP;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoReply;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Transport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who reaches a host port, and as whom the pod sees them; for each kind of wires a subclass. */
@NetworkNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HostPortTraffic {
  /** For answers that must not come. */
  private static final Duration SHORT = Duration.ofMillis(200);

  private static final String NODE_4 = "10.0.0.2";
  private static final String NODE_6 = "fd00::2";

  private final NodeTopology wires;
  private ConnectedNode node;

  HostPortTraffic(NodeTopology wires) {
    this.wires = wires;
  }

  @BeforeAll
  void wire(Namespace node, Namespace outside, Namespace podA, Namespace podB) {
    this.node = new ConnectedNode(wires, node, outside, podA, podB);
  }

  @AfterEach
  void removeAll() {
    node.restore();
    node.namespace.run("conntrack", "-F");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.2", "10.0.0.3", "fd00::2", "fd00::3"})
  void answersTheOutsideOnEachAddress(String address) {
    node.install(node.a(everywhere(80, 5)));

    assertAnswered(node.outside, address, "a", outside(address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.2", "10.0.0.3", "fd00::2", "fd00::3"})
  void answersTheHostOnItsOwnAddresses(String address) {
    node.install(node.a(everywhere(80, 5)));

    // 10.0.0.3 is a secondary address, from which nothing is sent of itself
    assertAnswered(node.host, address, "a", address.replace("10.0.0.3", NODE_4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.200.1.2", "::1", "10.244.1.1", "fd00:244::1"})
  void answersTheHostOnLoopbackAndGateway(String address) {
    node.install(node.a(everywhere(80, 5)));

    if (node.wires == NodeTopology.BRIDGE_WITH_RULES && address.equals("::1")) {
      // the answer is translated on the bridge, so ::1 stands in it when IPv6 gets to see it
      assertNobody(node.host, Transport.TCP, address);
      return;
    }

    assertAnswered(node.host, address, "a", gateway(address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.2", "10.244.1.1", "fd00::2", "fd00:244::1"})
  void answersThePodItself(String address) {
    node.install(node.a(everywhere(80, 5)));

    assertAnswered(node.a, address, "a", gateway(address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.2", "10.244.1.1", "fd00::2", "fd00:244::1"})
  void answersAnotherPod(String address) {
    node.install(node.a(everywhere(80, 5)));

    // on a bridge the answer would take the short way, past the host, if it could
    boolean hidden = node.wires == NodeTopology.BRIDGE;
    String pod = address.contains(":") ? "fd00:244::6" : "10.244.1.6";
    assertAnswered(node.b, address, "a", hidden ? gateway(address) : pod);
  }

  @Test
  void answersOnlyOnTheAddressThatWasAskedFor() {
    node.install(node.a(port("10.0.0.3", 80, TCP, 5), port("fd00::3", 80, UDP, 5)));

    assertThat(ask(node.outside, Transport.TCP, "10.0.0.3")).isEqualTo("a");
    assertThat(ask(node.host, Transport.TCP, "10.0.0.3")).isEqualTo("a");
    assertThat(ask(node.b, Transport.TCP, "10.0.0.3")).isEqualTo("a");
    assertThat(ask(node.a, Transport.TCP, "10.0.0.3")).isEqualTo("a");
    assertThat(ask(node.outside, Transport.UDP, "fd00::3")).isEqualTo("a");

    assertNobody(node.outside, Transport.TCP, NODE_4);
    assertNobody(node.host, Transport.TCP, "127.0.0.1");
    assertNobody(node.outside, Transport.UDP, "10.0.0.3");
    assertNobody(node.outside, Transport.UDP, NODE_6);
    assertNobody(node.outside, Transport.TCP, "fd00::3");
  }

  /** What is for one address leads to another server than what is for all addresses. */
  @Test
  void theAddressThatIsNamedComesBeforeAllOthers() {
    List<HostPort> ports = new ArrayList<>();
    for (String address : List.of("10.0.0.3", "fd00::3", "10.0.0.4")) {
      ports.add(port(address, 80, TCP, 6));
    }
    ports.addAll(List.of(everywhere(80, 5)));
    PodHostPorts pod = node.a(ports.toArray(HostPort[]::new));

    node.install(pod);

    for (EchoPeer client : List.of(node.outside, node.host, node.b, node.a)) {
      assertThat(ask(client, Transport.TCP, "10.0.0.3")).isEqualTo("b");
      assertThat(ask(client, Transport.TCP, "fd00::3")).isEqualTo("b");
      assertThat(ask(client, Transport.TCP, NODE_4)).isEqualTo("a");
      assertThat(ask(client, Transport.TCP, NODE_6)).isEqualTo("a");
      assertThat(ask(client, Transport.UDP, "10.0.0.3")).isEqualTo("a");
    }
    assertThat(ask(node.host, Transport.TCP, "127.0.0.1")).isEqualTo("a");
    assertThat(node.<Boolean>call(installed -> installed.areInstalled(List.of(pod)))).isTrue();
    assertThat(node.<List<String>>call(installed -> installed.check(pod))).isEmpty();
    assertThat(node.call(HostPorts::list)).containsExactlyInAnyOrderElementsOf(ports);

    node.remove(pod);
    assertThat(node.call(HostPorts::list)).isEmpty();
    assertNobody(node.outside, Transport.TCP, "10.0.0.3");
    assertNobody(node.outside, Transport.TCP, NODE_4);
  }

  /** kube-proxy in IPVS mode has the packets to Services delivered to the node itself. */
  @ParameterizedTest
  @ValueSource(strings = {"kube-ipvs0", "kube-dummy-if", "nodelocaldns"})
  void leavesServicesTheirPortsThoughTheirAddressesAreLocal(String link) {
    Ip.batch(
        node.namespace,
        """
        link add %1$s type bridge
        addr add 10.96.0.10/32 dev %1$s
        addr add fd00:96::10/128 dev %1$s nodad
        link set %1$s up
        """
            .formatted(link));
    try (EchoPeer service = EchoPeer.in(node.namespace, "service")) {
      for (Transport transport : Transport.values()) {
        service.listen(transport, "10.96.0.10", 80);
        service.listen(transport, "fd00:96::10", 80);
      }
      node.outsideNamespace.run("ip", "route", "replace", "10.96.0.10", "via", NODE_4);
      node.outsideNamespace.run("ip", "-6", "route", "replace", "fd00:96::10", "via", NODE_6);

      node.install(node.a(everywhere(80, 5)));

      for (EchoPeer client : List.of(node.outside, node.host, node.b, node.a)) {
        for (Transport transport : Transport.values()) {
          assertThat(ask(client, transport, "10.96.0.10")).isEqualTo("service");
          assertThat(ask(client, transport, "fd00:96::10")).isEqualTo("service");
          assertThat(ask(client, transport, NODE_4)).isEqualTo("a");
          assertThat(ask(client, transport, NODE_6)).isEqualTo("a");
        }
      }
    } finally {
      Ip.run(node.namespace, "link", "del", link);
    }
  }

  @Test
  void answersOnLoopbackAlone() {
    node.install(node.a(port("127.0.0.1", 80, TCP, 5)));

    assertThat(ask(node.host, Transport.TCP, "127.0.0.1")).isEqualTo("a");
    assertNobody(node.host, Transport.TCP, NODE_4);
    assertNobody(node.outside, Transport.TCP, NODE_4);
  }

  @Test
  void servesTwoPodsOnOnePort() {
    node.install(node.a(port("0.0.0.0", 80, UDP, 5)));
    node.install(node.b(port(NODE_4, 80, TCP, 6)));

    assertThat(ask(node.outside, Transport.UDP, NODE_4)).isEqualTo("a");
    assertThat(ask(node.outside, Transport.TCP, NODE_4)).isEqualTo("b");

    node.remove(node.a(port("0.0.0.0", 80, UDP, 5)));

    assertNobody(node.outside, Transport.UDP, NODE_4);
    assertThat(ask(node.outside, Transport.TCP, NODE_4)).isEqualTo("b");
  }

  @Test
  void leavesAlonePodsThatHaveNoHostPorts() {
    node.install(node.a(everywhere(80, 5)));

    EchoReply direct = node.b.ask(EchoRequest.tcp("10.244.1.5", ConnectedNode.POD_PORT));

    assertThat(direct.server()).isEqualTo("a");
    assertThat(direct.peer().getHostAddress()).isEqualTo("10.244.1.6");
  }

  /** A client that keeps its port, such as a name server that forwards. */
  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.2", "fd00::2"})
  void udpClientsFollowFromOnePodToTheNext(String address) {
    EchoRequest request = EchoRequest.udp(address, 80).from(outside(address), 4000);
    node.install(node.a(everywhere(80, 5)));
    assertThat(node.outside.ask(request).server()).isEqualTo("a");

    node.remove(node.a(everywhere(80, 5)));
    assertThat(flows(address)).as("flows after DEL").isEmpty();
    assertThat(node.outside.tryAsk(request.waiting(SHORT))).isEmpty();

    node.install(node.b(everywhere(80, 6)));
    assertThat(node.outside.ask(request).server()).isEqualTo("b");
  }

  /** Where DEL never came: the pod's rows gave way to those of the next. */
  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.2", "fd00::2", "127.0.0.1"})
  void udpClientsFollowThoughTheFirstPodWasNeverRemoved(String address) {
    boolean loopback = literal(address).isLoopbackAddress();
    EchoPeer client = loopback ? node.host : node.outside;
    EchoRequest request =
        EchoRequest.udp(address, 80).from(loopback ? address : outside(address), 4000);
    node.install(node.a(everywhere(80, 5)));
    assertThat(client.ask(request).server()).isEqualTo("a");

    node.restore(node.b(everywhere(80, 6)));
    assertThat(client.ask(request).server()).as("before flows are forgotten").isEqualTo("a");
    node.install(node.b(everywhere(80, 6)));

    assertThat(client.ask(request).server()).isEqualTo("b");
  }

  @Test
  void flowsThroughTheHostToTheSamePortElsewhereAreLeftAlone() {
    insertFlow("-s 10.244.1.6 -d 192.0.2.1");
    insertFlow("-s 10.0.0.1 -d 10.0.0.2");

    node.install(node.a(everywhere(80, 5)));

    assertThat(flows(NODE_4)).contains("dst=192.0.2.1").doesNotContain("dst=10.0.0.2");
  }

  @Test
  void podsDoNotReachTheHostsLoopback() {
    node.host.listen(Transport.TCP, "127.0.0.1", 7000);
    node.install(node.a(everywhere(80, 5)));
    EchoRequest request = EchoRequest.tcp("127.0.0.1", 7000).waiting(SHORT);

    assertThat(node.a.tryAsk(request)).isEmpty();

    node.namespace.run("nft", "flush", "chain", "inet", "cni-kindnet", "loopback-guard");
    assertThat(node.a.ask(EchoRequest.tcp("127.0.0.1", 7000)).server())
        .as("what the guard keeps out")
        .isEqualTo("host");
  }

  @Test
  void answersAgainOnceRestored() {
    node.install(node.a(everywhere(80, 5)));
    node.namespace.run("nft", "delete", "table", "inet", "cni-kindnet");
    assertNobody(node.outside, Transport.TCP, NODE_4);

    node.install(node.a(everywhere(80, 5)));

    assertThat(ask(node.outside, Transport.TCP, NODE_4)).isEqualTo("a");
    assertThat(ask(node.host, Transport.TCP, "127.0.0.1")).isEqualTo("a");
  }

  private void assertAnswered(EchoPeer client, String address, String server, String seenAs) {
    for (Transport transport : Transport.values()) {
      EchoReply reply = client.ask(EchoRequest.to(transport, address, 80));
      assertThat(reply.server()).as("%s answers", transport).isEqualTo(server);
      assertThat(reply.peer()).as("%s client", transport).isEqualTo(literal(seenAs));
    }
  }

  private static String ask(EchoPeer client, Transport transport, String address) {
    return client.ask(EchoRequest.to(transport, address, 80)).server();
  }

  private static void assertNobody(EchoPeer client, Transport transport, String address) {
    EchoRequest request = EchoRequest.to(transport, address, 80).waiting(SHORT);
    assertThat(client.tryAsk(request).map(EchoReply::server)).isEmpty();
  }

  private void insertFlow(String addresses) {
    String command = "conntrack -I -p udp " + addresses + " --sport 4000 --dport 80 --timeout 100";
    node.namespace.run(command.split(" "));
  }

  private String flows(String address) {
    return node.namespace.run(
        "conntrack", "-L", "-p", "udp", "-f", address.contains(":") ? "ipv6" : "ipv4");
  }

  private static String outside(String address) {
    return address.contains(":") ? "fd00::1" : "10.0.0.1";
  }

  private static String gateway(String address) {
    return address.contains(":") ? "fd00:244::1" : "10.244.1.1";
  }

  private static InetAddress literal(String address) {
    return InetAddress.ofLiteral(address);
  }
}
