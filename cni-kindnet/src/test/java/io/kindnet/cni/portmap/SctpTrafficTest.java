package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.ConnectedNode.port;
import static io.kindnet.cni.protocol.TransportProtocol.SCTP;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the first packet of an SCTP association arrives: a counter in the pod tells. */
@NetworkNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SctpTrafficTest {
  private ConnectedNode node;
  private Namespace pod;
  private Map<String, Namespace> clients = Map.of();

  @BeforeAll
  void wire(Namespace node, Namespace outside, Namespace podA, Namespace podB) {
    this.node = new ConnectedNode(NodeTopology.POINT_TO_POINT, node, outside, podA, podB);
    this.pod = podA;
    this.clients = Map.of("host", node, "outside", outside, "a", podA, "b", podB);
    // raw, for connection tracking holds a packet back that it finds fault with
    Nft.apply(
        pod,
        """
        table inet seen {
          chain prerouting {
            type filter hook prerouting priority raw;
          }
        }
        """);
  }

  @AfterEach
  void removeAll() {
    node.restore();
    node.namespace.run("conntrack", "-F");
  }

  @ParameterizedTest
  @CsvSource({
    "outside, 10.0.0.2, 10.0.0.1",
    "outside, fd00::2, fd00::1",
    "host, 10.0.0.2, 10.0.0.2",
    "host, fd00::2, fd00::2",
    "host, 127.0.0.1, 10.244.1.1",
    "host, ::1, fd00:244::1",
    "b, 10.0.0.2, 10.244.1.6",
    "b, fd00::2, fd00:244::6",
    "a, 10.0.0.2, 10.244.1.1",
    "a, fd00::2, fd00:244::1",
  })
  void arrives(String client, String address, String seenAs) {
    count((seenAs.contains(":") ? "ip6" : "ip") + " saddr " + seenAs + " sctp dport 8080");
    node.install(node.a(port("0.0.0.0", 3868, SCTP, 5), port("::", 3868, SCTP, 5)));

    SctpInit.send(client(client), address, 3868);

    Eventually.within(Duration.ofSeconds(60), () -> assertThat(seen()).isEqualTo(1));
  }

  @Test
  void tcpOnTheSamePortIsAnotherMatter() {
    count("meta l4proto sctp");
    node.install(node.a(ConnectedNode.everywhere(3868, 5)));

    SctpInit.send(client("outside"), "10.0.0.2", 3868);
    SctpInit.send(client("host"), "10.244.1.5", 1); // comes behind the first, if that comes at all

    Eventually.within(Duration.ofSeconds(60), () -> assertThat(seen()).isEqualTo(1));
  }

  private Namespace client(String name) {
    return Objects.requireNonNull(clients.get(name));
  }

  private void count(String condition) {
    pod.run(
        "nft", "flush table inet seen; add rule inet seen prerouting " + condition + " counter");
  }

  private int seen() {
    String listing = Nft.table(pod, "inet", "seen");
    return Integer.parseInt(listing.replaceFirst("(?s).*counter packets (\\d+) .*", "$1"));
  }
}
