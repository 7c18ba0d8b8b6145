package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.ConnectedNode.everywhere;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table that another version of kindnet made is replaced, one of anybody else is not. */
@NetworkNamespaces
class OtherVersionsTest {
  private static final PodHostPorts POD =
      new PodHostPorts("knet0000000a", "", List.of(everywhere(80, 5)));

  private static final String OLDER_MAP =
      "map hostport-map-v4 { type ipv4_addr . inet_service : ipv4_addr . inet_service; }\n";

  private static final String OLDER =
      """
      table inet cni-kindnet {
        map hostport-map-v4 {
          type ipv4_addr . inet_service : ipv4_addr . inet_service
          elements = { 10.0.0.2 . 80 : 10.244.1.9 . 8080 }
        }
        map hostport-map-v6-tcp { type ipv6_addr . inet_service : ipv6_addr . inet_service; }
        set hairpin-v4 { type ipv4_addr; }
        chain prerouting {
          type nat hook prerouting priority -90
          fib daddr type local dnat ip to ip daddr . tcp dport map @hostport-map-v4
        }
        chain output { type nat hook output priority -100; }
      }
      """;

  private final Namespace node;
  private final NetworkNamespace namespace;

  OtherVersionsTest(Namespace node) {
    this.node = node;
    this.namespace = NetworkNamespace.open(node.path().toString());
    Ip.batch(node, "link add name knet0000000a type bridge\nlink set knet0000000a up\n");
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  @Test
  void anOlderTableIsReplaced() {
    String wanted = tableOfThisVersion();
    node.run("nft", "delete", "table", "inet", "cni-kindnet");
    Nft.apply(node, OLDER);
    assertThat(problem().ofAnotherVersion()).isTrue();
    assertThat(problem().text())
        .contains("map inet cni-kindnet hostport-map-v4 is a map of")
        .contains(
            "chain inet cni-kindnet prerouting is of type nat, hook prerouting, priority -90");

    replace(List.of(POD));

    assertThat(lines(Nft.ruleset(node))).isEqualTo(lines(wanted));
    assertThat(problems()).isEmpty();
  }

  /** Sorted, since what is made again is listed last. */
  private static List<String> lines(String ruleset) {
    return ruleset.lines().map(line -> line.replaceAll("[,}]$", "").strip()).sorted().toList();
  }

  @Test
  void anOlderTableGoesWhereNoPodNeedsOne() {
    Nft.apply(node, OLDER);

    replace(List.of());

    assertThat(Nft.ruleset(node)).isEmpty();
  }

  @Test
  void theTableOfThisVersionStays() {
    String before = tableOfThisVersion();

    replace(List.of());

    assertThat(Nft.ruleset(node)).isEqualTo(before);
    assertThat(call(HostPorts::problem)).isNull();
  }

  /** By the next call with a host port, where no kindnetd is. */
  @Test
  void anOlderTableIsReplacedByACall() {
    String wanted = tableOfThisVersion();
    node.run("nft", "delete", "table", "inet", "cni-kindnet");
    Nft.apply(node, OLDER);

    call(ports -> {
      ports.restore(List.of(POD));
      return ports;
    });

    assertThat(problems()).isEmpty();
    assertThat(lines(Nft.ruleset(node))).isEqualTo(lines(wanted));
  }

  /** As the original made it in 2024 and makes it in 2025: its maps have intervals. */
  @Test
  void theOriginalsTableIsTakenOver() {
    Nft.apply(
        node,
        """
        table inet cni-kindnet {
          comment "rules for hostports"
          map hostport-map-v4 {
            type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service
            flags interval
            elements = { 10.0.0.2 . udp . 53 : 10.244.1.9 . 53 }
          }
          map hostport-map-v6 {
            type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service
            flags interval
          }
          map hostport-map-v6-udp {
            type ipv6_addr . inet_service : ipv6_addr . inet_service
            flags interval
          }
          chain prerouting {
            type nat hook prerouting priority dstnat
            dnat ip6 to ip6 daddr . udp dport map @hostport-map-v6-udp
          }
          chain output { type nat hook output priority -100; }
        }
        """);
    assertThat(problem().ofAnotherVersion()).isTrue();

    call(ports -> {
      ports.restore(List.of(POD));
      return ports;
    });

    assertThat(problems()).isEmpty();
    assertThat(call(HostPorts::list)).containsExactlyInAnyOrderElementsOf(POD.ports());
    assertThat(Nft.ruleset(node)).doesNotContain("hostport-map-v6-udp");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // types that no host ports can have
        "map hostport-map-v4 { type mark : mark; }",
        "map hostport-map-v4 { type ipv4_addr . inet_service : mark; }",
        "map hostport-map-v4 { type ipv6_addr . inet_service : ipv6_addr . inet_service; }",
        "set hostport-map-v6 { type ipv6_addr . inet_proto . inet_service; }",
        // nothing but an auxiliary set
        "set hairpin-v4 { type ipv4_addr; }",
        // another version's map, and something of somebody else's
        OLDER_MAP + "set blocked { type ipv4_addr; }",
        OLDER_MAP + "map hairpin-v4 { type ipv4_addr : ipv4_addr; }",
        OLDER_MAP + "chain forward { type filter hook forward priority 0; }",
        OLDER_MAP + "chain helper { }",
        OLDER_MAP + "chain postrouting { }",
        OLDER_MAP + "chain output { type filter hook output priority 0; }",
        OLDER_MAP + "chain output { type nat hook postrouting priority 0; }",
      })
  void aTableOfSomebodyElseStays(String content) {
    Nft.apply(node, "table inet cni-kindnet {\n" + content.replace("; ", "\n") + "\n}\n");
    String before = Nft.ruleset(node);
    assertThat(problem().ofAnotherVersion()).isFalse();

    replace(List.of(POD));

    assertThat(Nft.ruleset(node)).isEqualTo(before);
  }

  /** A lost database is made again from the ports that the kernel shows. */
  @Test
  void elementsOfAnotherTypeAreNoHostPorts() {
    Nft.apply(
        node,
        """
        table inet cni-kindnet {
          map hostport-map-v4 {
            type ipv4_addr . inet_service : ipv4_addr . inet_service
            elements = { 10.0.0.2 . 1536 : 10.244.1.9 . 8080 }
          }
          map hostport-map-v6 {
            type mark : mark
            elements = { 1 : 2 }
          }
        }
        """);

    assertThat(call(HostPorts::list)).isEmpty();
  }

  /** Made with {@link #POD}, as it is listed. */
  private String tableOfThisVersion() {
    call(ports -> {
      ports.restore(List.of(POD));
      return ports;
    });
    String table = Nft.ruleset(node);
    assertThat(table).contains("10.244.1.5");
    return table;
  }

  private TableProblem problem() {
    return Objects.requireNonNull(call(HostPorts::problem));
  }

  private List<String> problems() {
    return call(ports -> ports.check(POD));
  }

  private void replace(List<PodHostPorts> pods) {
    call(ports -> {
      ports.replace(pods);
      return ports;
    });
  }

  private <T> T call(Function<HostPorts, T> work) {
    return namespace.call(() -> {
      try (HostPorts ports = NftablesHostPorts.open()) {
        return work.apply(ports);
      }
    });
  }
}
