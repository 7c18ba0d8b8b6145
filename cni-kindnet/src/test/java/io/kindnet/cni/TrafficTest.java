package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoReply;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Transport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets between pods and their node. */
@NetworkNamespaces
class TrafficTest {
  private static final int PORT = 8080;

  private final Namespace host;
  private final Namespace client;
  private final Namespace server;

  @TempDir private Path dataDir;

  TrafficTest(Namespace host, Namespace client, Namespace server) {
    this.host = host;
    this.client = client;
    this.server = server;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cni0"})
  void flowsBetweenPodsAndTheirNodeAtOnce(String bridge) {
    CniNode node = node(bridge);
    host.loopbackUp();
    // the processes first, so that the first packet comes right after the ADD
    EchoPeer clientPeer = EchoPeer.in(client, "client");
    EchoPeer serverPeer = EchoPeer.in(server, "server");
    EchoPeer hostPeer = EchoPeer.in(host, "host");
    JsonNode clientResult = node.add("client", client);
    JsonNode serverResult = node.add("server", server);

    for (int family = 0; family < 2; family++) {
      String clientAddress = address(clientResult, family);
      String serverAddress = address(serverResult, family);
      String gateway = serverResult.at("/ips/" + family + "/gateway").asText();
      for (Transport transport : List.of(Transport.TCP, Transport.UDP)) {
        serverPeer.listen(transport, serverAddress, PORT);
        hostPeer.listen(transport, gateway, PORT);

        EchoReply fromPod = clientPeer.ask(EchoRequest.to(transport, serverAddress, PORT));
        assertThat(fromPod.server()).isEqualTo("server");
        assertThat(IpAddresses.format(fromPod.peer())).isEqualTo(clientAddress);
        EchoReply fromHost = hostPeer.ask(EchoRequest.to(transport, serverAddress, PORT));
        assertThat(fromHost.server()).isEqualTo("server");
        assertThat(IpAddresses.format(fromHost.peer())).isEqualTo(gateway);
        EchoReply toHost = clientPeer.ask(EchoRequest.to(transport, gateway, PORT));
        assertThat(toHost.server()).isEqualTo("host");
        assertThat(IpAddresses.format(toHost.peer())).isEqualTo(clientAddress);
      }
    }
  }

  @Test
  void staysOnTheBridge() {
    CniNode node = node("cni0");
    node.add("client", client);
    JsonNode serverResult = node.add("server", server);
    host.run("sysctl", "-q", "-w", "net/ipv4/ip_forward=0");
    host.run("sysctl", "-q", "-w", "net/ipv6/conf/all/forwarding=0");
    EchoPeer clientPeer = EchoPeer.in(client, "client");
    EchoPeer serverPeer = EchoPeer.in(server, "server");

    for (int family = 0; family < 2; family++) {
      String address = address(serverResult, family);
      serverPeer.listen(Transport.TCP, address, PORT);
      assertThat(clientPeer.ask(EchoRequest.to(Transport.TCP, address, PORT)).server())
          .isEqualTo("server");
    }
  }

  private CniNode node(String bridge) {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    node.config().put("bridge", bridge);
    return node;
  }

  private static String address(JsonNode result, int family) {
    String cidr = result.at("/ips/" + family + "/address").asText();
    return cidr.substring(0, cidr.indexOf('/'));
  }
}
