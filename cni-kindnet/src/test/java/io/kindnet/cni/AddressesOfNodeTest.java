package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges in which the node itself has addresses, so that no more than one is left for pods. */
@NetworkNamespaces
class AddressesOfNodeTest {
  /** The node has .11 to .13 of it. */
  private static final String V4 = "10.244.1.8/29";

  /** The node has ::3 to ::6 of it. */
  private static final String V6 = "fd00:10:244:1::/125";

  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;

  AddressesOfNodeTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
  }

  @BeforeEach
  void makeLinks() {
    host.loopbackUp();
    Ip.batch(
        host,
        """
        link add eth0 type veth peer name peer0
        link add eth1 type veth peer name peer1
        link set eth0 up
        link set peer0 up
        """);
  }

  @Test
  void goToNoPod() {
    Ip.batch(
        host,
        """
        addr add 10.244.1.11/32 dev lo
        addr add 10.244.1.12/32 dev eth0
        addr add 10.244.1.13/32 dev eth1
        addr add fd00:10:244:1::3/128 dev lo
        addr add fd00:10:244:1::4/64 dev eth0 nodad
        addr add fd00:10:244:1::5/128 dev eth0 nodad
        addr add fd00:10:244:1::6/128 dev eth1
        """);

    assertOnlyTheLastIsGiven(false);
  }

  /** No look-up of a route comes to the table of a VRF. */
  @Test
  @Tag("vrf")
  void goToNoPodWhereALinkIsInAVrf() {
    Ip.batch(
        host,
        """
        link add vrf0 type vrf table 100
        link set vrf0 up
        link set eth0 master vrf0
        addr add 10.244.1.11/32 dev eth0
        addr add 10.244.1.12/24 dev eth0
        addr add 10.244.1.13/32 dev vrf0
        addr add fd00:10:244:1::3/128 dev eth0 nodad
        addr add fd00:10:244:1::4/64 dev eth0 nodad
        addr add fd00:10:244:1::5/128 dev eth0 nodad
        addr add fd00:10:244:1::6/128 dev vrf0 nodad
        """);

    assertOnlyTheLastIsGiven(false);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void goToNoPodOnABridge(boolean bridge) {
    Ip.batch(
        host,
        """
        addr add 10.244.1.11/32 dev lo
        addr add 192.0.2.1/24 brd 10.244.1.12 dev eth0
        route add 10.244.1.13 dev eth0
        addr add fd00:10:244:1::3/128 dev lo
        addr add fd00:10:244:1::4/128 dev eth1
        route add local fd00:10:244:1::5 dev lo
        route add fd00:10:244:1::6 dev eth0
        """);

    assertOnlyTheLastIsGiven(bridge);
  }

  /** Duplicate address detection of 60 s: the address has no route so long. */
  @Test
  void goToNoPodWhileTheyAreTentative() {
    host.run("sysctl", "-q", "-w", "net/ipv6/conf/eth0/dad_transmits=60");
    Ip.batch(host, "addr add fd00:10:244:1::13/64 dev eth0\n");
    CniNode node = new CniNode(host, dataDir, "fd00:10:244:1::10/126");

    Reply reply = node.call("ADD", "abc", pod.path().toString(), "eth0", node.config());

    assertThat(CniNode.error(reply).path("code").asInt()).as(reply.document()).isEqualTo(100);
  }

  @Test
  void areNotSearchedOneByOneWhereAWholePrefixIsLocal() {
    Ip.batch(
        host,
        """
        route add local 10.0.0.0/9 dev lo
        route add local fd00:1::/33 dev lo
        """);
    CniNode node = new CniNode(host, dataDir, "10.0.0.0/8", "fd00:1::/32");

    JsonNode result = node.add("abc", pod);

    assertThat(result.at("/ips/0/address").asText()).matches("10\\.(1[2-9]|2[0-5])\\d.*|10\\.2.*");
    assertThat(result.at("/ips/1/address").asText()).matches("fd00:1:[89a-f]...:.*");
    node.del("abc", pod);
    Ip.batch(
        host,
        """
        route add local 10.128.0.0/9 dev lo
        route add local fd00:1:8000::/33 dev lo
        """);
    Reply full = node.call("ADD", "abc", pod.path().toString(), "eth0", node.config());
    assertThat(CniNode.error(full).path("code").asInt()).as(full.document()).isEqualTo(100);
  }

  /** What a lost row has left leads nowhere, and is replaced. */
  @Test
  void aRouteThatThePluginLeftIsNoneOfThem() {
    Ip.batch(host, "route add 10.244.1.1 dev eth0 proto 107\n");
    CniNode node = new CniNode(host, dataDir, "10.244.1.0/31");

    assertThat(node.add("abc", pod).at("/ips/0/address").asText()).isEqualTo("10.244.1.1/32");
  }

  private void assertOnlyTheLastIsGiven(boolean bridge) {
    CniNode node = new CniNode(host, dataDir, V4, V6);
    if (bridge) {
      node.config().put("bridge", "cni0");
    }

    JsonNode result = node.add("abc", pod);

    assertThat(result.path("ips").findValues("address"))
        .extracting(JsonNode::asText)
        .extracting(address -> address.replaceFirst("/.*", ""))
        .containsExactly("10.244.1.14", "fd00:10:244:1::7");
    for (String address : List.of("10.244.1.14", "fd00:10:244:1::7")) {
      host.run("ping", "-q", "-c", "1", "-W", "10", address);
    }
    try (Namespace other = Namespace.create("other")) {
      Reply full = node.call("ADD", "def", other.path().toString(), "eth0", node.config());
      assertThat(CniNode.error(full).path("code").asInt()).as(full.document()).isEqualTo(100);
    }
  }
}
