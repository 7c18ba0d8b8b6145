package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.ConnectedNode.everywhere;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.IpvsServices;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Transport;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A pod with the host port of a Service, with the kernel's own virtual servers. Few kernels have
 * them; {@link HostPortTraffic} does without.
 */
@NetworkNamespaces
@Tag("ipvs")
class IpvsHostPortTest {
  @Test
  void takesNoTrafficOfServices(Namespace host, Namespace outside, Namespace podA, Namespace podB) {
    ConnectedNode node = new ConnectedNode(NodeTopology.POINT_TO_POINT, host, outside, podA, podB);
    IpvsServices services = IpvsServices.on(host);
    services.add("10.96.0.10", 80, "10.244.1.6", ConnectedNode.POD_PORT);
    services.add("fd00:96::10", 80, "fd00:244::6", ConnectedNode.POD_PORT);
    outside.run("ip", "route", "add", "10.96.0.10", "via", "10.0.0.2");
    outside.run("ip", "-6", "route", "add", "fd00:96::10", "via", "fd00::2");

    node.install(node.a(everywhere(80, 5)));

    for (EchoPeer client : List.of(node.outside, node.host, node.a)) {
      for (Transport transport : Transport.values()) {
        assertThat(ask(client, transport, "10.96.0.10")).isEqualTo("b");
        assertThat(ask(client, transport, "fd00:96::10")).isEqualTo("b");
        assertThat(ask(client, transport, "10.0.0.2")).isEqualTo("a");
        assertThat(ask(client, transport, "fd00::2")).isEqualTo("a");
      }
    }
    // and it would
    host.run("nft", "flush", "set", "inet", "cni-kindnet", "service-ips-v4");
    assertThat(ask(node.outside, Transport.TCP, "10.96.0.10")).isEqualTo("a");
  }

  private static String ask(EchoPeer client, Transport transport, String address) {
    return client.ask(EchoRequest.to(transport, address, 80)).server();
  }
}
