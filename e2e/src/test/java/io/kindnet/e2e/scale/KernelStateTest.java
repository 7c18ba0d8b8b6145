package io.kindnet.e2e.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelStateTest {
  private static final Peer PEER = Peer.number(1);

  @Test
  @NetworkNamespaces
  void readsWhatTheToolsShow(Namespace node) {
    Nft.apply(
        node,
        """
        table inet kindnet-ipmasq {
          set noMasqV4 { type ipv4_addr; flags interval; auto-merge; }
          chain postrouting { type nat hook postrouting priority srcnat - 10; counter; accept; }
        }
        """);
    for (String element : List.of("10.0.1.0/24", "10.0.2.0/24", "10.0.3.4")) {
      Nft.apply(node, "add element inet kindnet-ipmasq noMasqV4 { " + element + " }");
    }
    Ip.batch(
        node,
        """
        link add eth0 type veth peer name other
        link set eth0 up
        link set other up
        addr add 172.30.1.1/16 dev eth0
        route add 10.0.1.0/24 via 172.30.16.1 protocol 75
        route add 10.9.9.0/24 via 172.30.16.9 protocol static
        """);

    Map<String, String> routes = new HashMap<>();
    KernelState.addRoutes(
        node.run("ip", "-j", "-4", "route", "show", "protocol", KernelState.PROTOCOL), routes);
    KernelState.addRoutes(
        node.run("ip", "-j", "-6", "route", "show", "protocol", KernelState.PROTOCOL), routes);
    Set<String> elements = new HashSet<>();
    KernelState.addElements(
        node.run("nft", "-j", "list", "set", "inet", KernelState.TABLE, "noMasqV4"), elements);

    assertThat(routes).isEqualTo(Map.of("10.0.1.0/24", "172.30.16.1"));
    assertThat(elements).contains("\"10.0.3.4\"");
    assertThat(
            KernelState.rules(
                node.run("nft", "-j", "list", "chain", "inet", KernelState.TABLE, "postrouting")))
        .isEqualTo(2);
    assertThat(KernelState.rules("{}")).isZero();
  }

  @Test
  void namesWhatIsDifferent() {
    KernelState expected = KernelState.expected(Peer.self(), List.of(PEER));
    expected.require(expected);
    KernelState other = KernelState.expected(Peer.self(), List.of(PEER.movedTo(Peer.number(2))));

    assertThatThrownBy(() -> other.require(expected))
        .hasMessageContaining("2 routes missing, such as 10.0.1.0/24=172.30.16.1")
        .hasMessageContaining("2 routes too many, such as 10.0.1.0/24=172.30.16.2");
    assertThatThrownBy(() -> new KernelState(expected.routes(), Set.of(), 0).require(expected))
        .hasMessageContaining("4 elements missing, such as ")
        .hasMessageContaining("0 rules instead of " + expected.rules());
  }
}
