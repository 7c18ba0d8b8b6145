package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Others take away what a pod needs on the host, and no agent is there: the next call, for another
 * pod, puts it back.
 */
@NetworkNamespaces
class HostSideTest {
  private final Namespace host;
  private final Namespace pod;
  private final Namespace second;

  @TempDir private Path dataDir;
  private CniNode node;

  HostSideTest(Namespace host, Namespace pod, Namespace second) {
    this.host = host;
    this.pod = pod;
    this.second = second;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    host.loopbackUp();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip route del POD4",
        "ip -6 route del POD6",
        "ip route flush proto 107",
        "ip route replace blackhole POD4",
        "ip addr del GATEWAY4/32 dev KNET",
        "ip addr del GATEWAY6/128 dev KNET",
        "ip addr flush dev KNET",
        "ip link set KNET down",
        "ip link set KNET alias something",
        "ip link set KNET mtu 1300",
        "ip link set KNET arp off",
        "ip link set KNET multicast off",
        "sysctl -q -w net.ipv6.conf.KNET.disable_ipv6=1",
      })
  void theNextAddRestores(String damage) {
    JsonNode result = node.add("abc", pod);
    damage(damage, result);

    JsonNode other = node.add("abd", second);

    assertWorks(result);
    assertThat(node.check("abd", second, other)).isEqualTo(new Reply(0, ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip link set KNET nomaster",
        "ip link set KNET type bridge_slave hairpin off",
        "ip link set KNET down",
        "ip link set cni0 down",
        "ip link set cni0 arp off",
        "ip link del cni0",
        "ip addr flush dev cni0",
        "ip addr del GATEWAY4/24 dev cni0",
        "ip addr del GATEWAY6/64 dev cni0",
        "ip route del 10.244.1.0/24",
        "ip -6 route del fd00:10:244:1::/64 dev cni0",
      })
  void theNextAddRestoresOnABridge(String damage) {
    node.config().put("bridge", "cni0");
    JsonNode result = node.add("abc", pod);
    damage(damage, result);

    JsonNode other = node.add("abd", second);

    assertThat(node.check("abd", second, other)).isEqualTo(new Reply(0, ""));
    assertWorks(result);
  }

  @Test
  void aRenamedInterfaceGetsItsNameBack() {
    JsonNode result = node.add("abc", pod);
    String knet = new ConnectedPod(result).knet;
    host.run("ip", "link", "set", knet, "down"); // without that only since Linux 6.2
    host.run("ip", "link", "set", knet, "name", "other0");
    host.run("ip", "link", "set", "other0", "up");

    node.add("abd", second);

    assertWorks(result);
  }

  @Test
  void aPortOfAnotherBridgeComesBack() {
    host.run("ip", "link", "add", "other", "type", "bridge");
    JsonNode result = node.add("abc", pod);
    damage("ip link set KNET master other", result);

    node.add("abd", second);

    assertWorks(result);
  }

  @Test
  void theNextDelRestores() {
    JsonNode result = node.add("abc", pod);
    node.add("abd", second);
    damage("ip addr flush dev KNET", result);

    node.del("abd", second);

    assertWorks(result);
  }

  /** Who changed the MTU of both ends meant it. */
  @Test
  void anMtuThatBothEndsHaveStays() {
    JsonNode result = node.add("abc", pod);
    damage("ip link set KNET mtu 1400", result);
    pod.run("ip", "link", "set", "eth0", "mtu", "1400");

    node.add("abd", second);

    assertThat(host.run("ip", "link", "show", new ConnectedPod(result).knet)).contains("mtu 1400");
    assertWorks(result);
  }

  @Test
  void aPodWhoseInterfaceIsGoneGetsNone() {
    JsonNode result = node.add("abc", pod);
    damage("ip link del KNET", result);

    node.add("abd", second);

    assertThat(host.run("ip", "link")).doesNotContain(new ConnectedPod(result).knet);
    assertThat(host.run("ip", "route")).doesNotContain(new ConnectedPod(result).pod4);
  }

  private void damage(String command, JsonNode result) {
    assertWorks(result);
    ConnectedPod wired = new ConnectedPod(result);
    host.run(
        command
            .replace("KNET", wired.knet)
            .replace("POD4", wired.pod4)
            .replace("POD6", wired.pod6)
            .replace("GATEWAY4", wired.gateway4)
            .replace("GATEWAY6", wired.gateway6)
            .split(" "));
    assertThat(node.check("abc", pod, result)).as("damaged").isNotEqualTo(new Reply(0, ""));
  }

  private void assertWorks(JsonNode result) {
    ConnectedPod wired = new ConnectedPod(result);
    assertThat(node.check("abc", pod, result)).isEqualTo(new Reply(0, ""));
    host.run("ping", "-c", "1", "-W", "10", "-q", wired.pod4);
    host.run("ping", "-c", "1", "-W", "10", "-q", wired.pod6);
    pod.run("ping", "-c", "1", "-W", "10", "-q", wired.gateway4);
    pod.run("ping", "-c", "1", "-W", "10", "-q", wired.gateway6);
  }
}
