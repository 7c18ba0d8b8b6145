package io.kindnet.cni;

import static io.kindnet.cni.CniNode.ip;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uplinks of several sizes: 1450, 1420 and 1400. */
@NetworkNamespaces
class MtuTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

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
    awaitStates();
  }

  /** A link says a moment later whether its other end is up. */
  private void awaitStates() {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Ip.run(host, "-o", "link").lines())
                .filteredOn(link -> !link.contains("LOOPBACK"))
                .allMatch(link -> link.contains(",LOWER_UP") == link.contains("state UP")));
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

  @ParameterizedTest
  @ValueSource(strings = {"", "cni0"})
  void isTheSmallestOfTheUplinksWithoutDefaultRoute(String bridge) {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    node.config().put("bridge", bridge);

    assertMtu(1400, node);

    // not that of what pods have
    Ip.batch(host, "link set up1400 down\nlink set up1420 down");
    awaitStates();
    node.del("abc", pod);
    assertMtu(1450, node);
  }

  /** It has no address yet, or one of its own only, as in some clouds. */
  @ParameterizedTest
  @ValueSource(strings = {"", "172.30.1.1/32"})
  void isThatOfTheOnlyLinkThatIsUp(String address) {
    Ip.batch(
        host,
        """
        link set up1400 down
        link set up1420 down
        addr flush dev up1450
        """);
    awaitStates();
    if (!address.isEmpty()) {
      Ip.run(host, "addr", "add", address, "dev", "up1450");
    }

    assertMtu(1450, new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64"));
  }

  @Test
  void isThatOfEthernetWithoutUplink() {
    host.loopbackUp();
    Ip.batch(
        host,
        """
        link del up1400
        link del up1420
        link del up1450
        """);

    assertMtu(1500, new CniNode(host, dataDir, "10.244.1.0/24"));
  }

  @ParameterizedTest
  @CsvSource({"dev lo, 65535", "via 172.30.1.254 mtu 1380, 1380", "dev lo mtu 60, 68"})
  void isWhatTheDefaultRouteSaysWithinWhatAPairCanHave(String route, int mtu) {
    host.loopbackUp();
    Ip.batch(host, "route add default " + route);

    assertMtu(mtu, new CniNode(host, dataDir, "10.244.1.0/24"));
  }

  @Test
  void isWhatTheDefaultRouteOfIpv6Says() {
    Ip.batch(
        host,
        """
        addr add fd00:30:1::1/64 dev up1450 nodad
        route add default via fd00:30:1::2 mtu 1390
        """);

    assertMtu(1390, new CniNode(host, dataDir, "fd00:10:244:1::/64"));
  }

  /** As a router may tell it; the link itself keeps its own. */
  @Test
  void isThatOfIpv6OnTheUplink() {
    host.run("sysctl", "-q", "-w", "net.ipv6.conf.up1450.mtu=1300");
    Ip.batch(
        host,
        """
        addr add fd00:30:1::1/64 dev up1450 nodad
        route add default via fd00:30:1::2
        """);

    assertMtu(1300, new CniNode(host, dataDir, "fd00:10:244:1::/64"));
  }

  @Test
  void isWhatARouterAdvertises() {
    Advertiser advertiser = new Advertiser(host, "peer1450");
    Eventually.within(
        DEADLINE,
        () -> {
          advertiser.advertise(1320);
          assertThat(Ip.run(host, "-6", "route", "show", "default"))
              .contains("dev up1450 proto ra");
        });

    assertMtu(1320, new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64"));
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
  void isThatOfTheUplinksWhereTheDefaultRouteLeadsNowhere() {
    Ip.run(host, "-4", "route", "add", "unreachable", "default", "metric", "4000");
    Ip.run(host, "-6", "route", "add", "blackhole", "default", "metric", "4000");

    assertMtu(1400, new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64"));
  }

  /** Pods of IPv4 alone do with what there is. */
  @Test
  void isWhatIpv6NeedsWhereTheUplinkHasLess(Namespace plain) {
    Ip.batch(
        host,
        """
        link set up1400 mtu 1279
        route add default via 172.30.3.254
        """);

    assertMtu(1280, new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64"));

    JsonNode result = new CniNode(host, dataDir, "10.244.2.0/24").add("plain", plain);
    assertThat(result.at("/interfaces/0/mtu").asInt()).isEqualTo(1279);
  }

  @Test
  void isRefusedWhereTheConfigurationHasLessThanIpv6Needs() {
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    node.config().put("mtu", 1279);

    Reply refused = node.call("ADD", "abc", pod.path().toString(), "eth0", node.config());

    assertThat(CniNode.error(refused).path("msg").asText())
        .isEqualTo("mtu '1279': IPv6 needs 1280 at least");
  }

  private void assertMtu(int mtu, CniNode node) {
    JsonNode result = node.add("abc", pod);
    // after the bridge, if there is one
    int hostEnd = result.path("interfaces").size() - 2;
    String knet = result.at("/interfaces/" + hostEnd + "/name").asText();

    assertThat(result.path("interfaces").findValues("mtu"))
        .extracting(JsonNode::asInt)
        .containsOnly(mtu);
    assertThat(ip(pod, "link", "show", "eth0").at("/0/mtu").asInt()).isEqualTo(mtu);
    assertThat(ip(host, "link", "show", knet).at("/0/mtu").asInt()).isEqualTo(mtu);
  }
}
