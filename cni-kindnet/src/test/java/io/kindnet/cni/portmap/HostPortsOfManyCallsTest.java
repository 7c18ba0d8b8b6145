package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.ConnectedNode.everywhere;
import static io.kindnet.cni.portmap.ConnectedNode.port;
import static io.kindnet.cni.protocol.TransportProtocol.TCP;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In the agent, one call after the other uses the same host ports. */
@NetworkNamespaces
class HostPortsOfManyCallsTest {
  private static final PodHostPorts A =
      new PodHostPorts("knet0000000a", "", List.of(everywhere(80, 5)));
  private static final PodHostPorts B =
      new PodHostPorts("knet0000000a", "", List.of(port("10.0.0.9", 99, TCP, 6)));

  private final Namespace node;

  HostPortsOfManyCallsTest(Namespace node) {
    this.node = node;
    Ip.batch(node, "link add name knet0000000a type bridge\nlink set knet0000000a up\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flush ruleset",
        "delete table inet cni-kindnet",
        "flush chain inet cni-kindnet loopback-guard",
        "insert rule inet cni-kindnet prerouting accept",
        "add rule inet cni-kindnet hostports accept",
      })
  void damageBetweenTwoCallsIsSeen(String damage) {
    try (NetworkNamespace namespace = NetworkNamespace.open(node.path().toString())) {
      namespace.call(() -> {
        try (NftablesHostPorts ports = NftablesHostPorts.open()) {
          ports.restore(List.of(A));
          assertThat(ports.install(B)).isTrue();
          assertThat(ports.remove(B)).isTrue();

          node.run("nft", damage);

          assertThat(ports.install(B)).as("install sees it").isFalse();
          assertThat(ports.remove(A)).as("remove sees it").isFalse();

          ports.restore(List.of(A));
          assertThat(ports.install(B)).isTrue();
          return ports;
        }
      });
    }
  }
}
