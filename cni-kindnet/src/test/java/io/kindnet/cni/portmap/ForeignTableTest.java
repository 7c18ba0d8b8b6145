package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.ConnectedNode.everywhere;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody else made a table of our name: the error tells which object is in the way. */
@NetworkNamespaces
class ForeignTableTest {
  private static final PodHostPorts POD =
      new PodHostPorts("knet0000000a", "", List.of(everywhere(80, 5)));

  private final Namespace node;
  private final NetworkNamespace namespace;

  ForeignTableTest(Namespace node) {
    this.node = node;
    this.namespace = NetworkNamespace.open(node.path().toString());
    Ip.batch(node, "link add name knet0000000a type bridge\nlink set knet0000000a up\n");
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "map hostport-map-v4 { type mark : mark; }"
            + " | map inet cni-kindnet hostport-map-v4 is a map of mark : mark and should be a map"
            + " of ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service",
        // keys of the same length, which Linux 5.10 takes for the same
        "set hairpin-v4 { type ipv4_addr . mark; }"
            + " | set inet cni-kindnet hairpin-v4 is a set of ipv4_addr . mark and should be a set"
            + " of ipv4_addr . ipv4_addr",
        "map hairpin-v6 { type ipv6_addr : mark; }"
            + " | map inet cni-kindnet hairpin-v6 is a map of ipv6_addr : mark and should be a set"
            + " of ipv6_addr . ipv6_addr",
        "set hairpin-bridges { type ifname; flags timeout; }"
            + " | set inet cni-kindnet hairpin-bridges is a set of ifname with timeouts and should"
            + " be a set of ifname . ifname",
        "chain prerouting { type nat hook prerouting priority 7; }"
            + " | chain inet cni-kindnet prerouting is of type nat, hook prerouting, priority 7 and"
            + " should be of type nat, hook prerouting, priority -100",
        "chain output { type filter hook forward priority 0; policy drop; }"
            + " | chain inet cni-kindnet output is of type filter, hook forward, priority 0 and"
            + " should be of type nat, hook output, priority -100",
        "chain postrouting { }"
            + " | chain inet cni-kindnet postrouting is without a hook and should be of type nat,"
            + " hook postrouting, priority 100",
      })
  void isNamedWithWhatItIsAndShouldBe(String theirs, String message) {
    Nft.apply(node, "table inet cni-kindnet {\n" + theirs.replace("; ", "\n") + "\n}\n");
    String before = Nft.ruleset(node);

    assertThatThrownBy(this::restore)
        .isInstanceOf(KernelException.class)
        .hasMessage(
            "table inet cni-kindnet is not as this plugin makes it: "
                + message
                + "; after nft delete table inet cni-kindnet it is made again");
    assertThat(Nft.ruleset(node)).isEqualTo(before);
  }

  @Test
  void allAreNamed() {
    Nft.apply(
        node,
        """
        table inet cni-kindnet {
          map hostport-map-v4 { type mark : mark; }
          chain postrouting { }
        }
        """);

    assertThatThrownBy(this::restore)
        .hasMessageContaining("map inet cni-kindnet hostport-map-v4 is a map of")
        .hasMessageContaining(", chain inet cni-kindnet postrouting is without a hook");
  }

  /** What differs only where the kernel changes it in place is no reason to stop. */
  @Test
  void aPolicyIsChangedInPlace() {
    Nft.apply(
        node,
        """
        table inet cni-kindnet {
          chain loopback-guard { type filter hook prerouting priority raw; policy drop; }
        }
        """);

    restore();

    assertThat(Nft.ruleset(node))
        .contains("type filter hook prerouting priority raw; policy accept;");
  }

  private void restore() {
    namespace.call(() -> {
      try (HostPorts ports = NftablesHostPorts.open()) {
        assertThat(ports.install(POD)).isFalse();
        ports.restore(List.of(POD));
        return ports;
      }
    });
  }
}
