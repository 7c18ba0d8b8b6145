package io.kindnet.cni;

import static io.kindnet.cni.CniNode.ip;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uplinks of several sizes: 1450, 1420 and 1400. */
@NetworkNamespaces
class MtuTest {
  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;

  MtuTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
  }

  @BeforeEach
  void makeUplinks() {
    Ip.batch(
        host,
        """
        link add up1450 mtu 1450 type veth peer name peer1450
        link add up1420 mtu 1420 type veth peer name peer1420
        link add up1400 mtu 1400 type veth peer name peer1400
        link set up1450 up
        link set up1420 up
        link set up1400 up
        link set peer1450 up
        link set peer1420 up
        link set peer1400 up
        addr add 172.30.1.1/24 dev up1450
        addr add 172.30.2.1/24 dev up1420
        addr add 172.30.3.1/24 dev up1400
        """);
  }

  @Test
  void isThatOfTheDefaultRouteWithTheLowestMetric() {
    Ip.batch(
        host,
        """
        route add default via 172.30.3.254 metric 300
        route add default via 172.30.1.254 metric 100
        route add default via 172.30.2.254 metric 200
        """);

    assertMtu(1450, new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64"));
  }

  @Test
  void isTheSmallestOfTheNextHops() {
    Ip.run(
        host,
        "route",
        "add",
        "default",
        "nexthop",
        "via",
        "172.30.1.254",
        "nexthop",
        "via",
        "172.30.2.254");

    assertMtu(1420, new CniNode(host, dataDir, "10.244.1.0/24"));
  }

  @Test
  void isThatOfEthernetWithoutDefaultRoute() {
    assertMtu(1500, new CniNode(host, dataDir, "10.244.1.0/24"));
  }

  @Test
  void isWhatTheConfigurationSays() {
    Ip.run(host, "route", "add", "default", "via", "172.30.1.254");
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.config().put("mtu", 1280);

    assertMtu(1280, node);
  }

  private void assertMtu(int mtu, CniNode node) {
    JsonNode result = node.add("abc", pod);
    String knet = result.at("/interfaces/0/name").asText();

    assertThat(result.path("interfaces").findValues("mtu"))
        .extracting(JsonNode::asInt)
        .containsExactly(mtu, mtu);
    assertThat(ip(pod, "link", "show", "eth0").at("/0/mtu").asInt()).isEqualTo(mtu);
    assertThat(ip(host, "link", "show", knet).at("/0/mtu").asInt()).isEqualTo(mtu);
  }
}
