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

  @Test
  void mayBeLargerThanTheUplinks(Namespace other) {
    Ip.run(host, "route", "add", "default", "via", "172.30.1.254");
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    node.config().put("mtu", 9000);
    JsonNode neighbour = node.add("other", other);

    assertMtu(9000, node);

    for (JsonNode ip : neighbour.path("ips")) {
      String address = ip.path("address").asText().replaceFirst("/.*", "");
      pod.run("ping", "-q", "-c", "1", "-W", "10", "-M", "do", "-s", "8900", address);
    }
    // the host tells a sender what the uplink takes
    assertThat(
            pod.tryRun("ping", "-c", "1", "-W", "10", "-M", "do", "-s", "8900", "198.51.100.1")
                .stdout())
        .contains("mtu = 1450");
  }

  @Test
  void isThatOfNextHopsOfIpv6() {
    Ip.batch(
        host,
        """
        addr add fd00:30:1::1/64 dev up1450 nodad
        addr add fd00:30:2::1/64 dev up1420 nodad
        addr add fd00:30:3::1/64 dev up1400 nodad
        route add default metric 512 via fd00:30:3::2
        route add default metric 256 nexthop via fd00:30:1::2 nexthop via fd00:30:2::2
        """);

    assertMtu(1420, new CniNode(host, dataDir, "fd00:10:244:1::/64"));
  }

  @Test
  void isThatOfANextHopObject() {
    Ip.batch(
        host,
        """
        nexthop add id 7 via 172.30.2.254 dev up1420
        nexthop add id 8 via 172.30.3.254 dev up1400
        nexthop add id 9 group 7/8
        route add default nhid 9
        """);

    assertMtu(1400, new CniNode(host, dataDir, "10.244.1.0/24"));
  }

  @Test
  void isThatOfEthernetWhereTheDefaultRouteLeadsNowhere() {
    Ip.run(host, "-4", "route", "add", "unreachable", "default", "metric", "4000");
    Ip.run(host, "-6", "route", "add", "blackhole", "default", "metric", "4000");

    assertMtu(1500, new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64"));
  }

  @Test
  void isRefusedWhereTheUplinkIsTooSmallForIpv6() {
    Ip.batch(
        host,
        """
        link set up1400 mtu 1279
        route add default via 172.30.3.254
        """);
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");

    Reply refused = node.call("ADD", "abc", pod.path().toString(), "eth0", node.config());

    assertThat(CniNode.error(refused).path("msg").asText())
        .isEqualTo(
            "the link of the default route has an MTU of 1279, IPv6 needs 1280 at least: raise it,"
                + " or set 'mtu' in the network configuration");
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
