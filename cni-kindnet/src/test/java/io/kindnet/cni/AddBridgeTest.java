package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static io.kindnet.cni.CniNode.ip;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NetworkNamespaces
class AddBridgeTest {
  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  AddBridgeTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    node.config().put("bridge", "cni0");
  }

  @Test
  void plugsAPodIntoABridge() {
    ConnectedPod wired = new ConnectedPod(node.add("abc", pod));

    assertThat(wired.describe(host))
        .isEqualTo(
            """
            cni0 UP GATEWAY4/24 GATEWAY6/64 LINKLOCAL/64
            KNET UP LINKLOCAL/64
            GATEWAY4/24 dev cni0 proto kernel scope link src GATEWAY4
            GATEWAY6/64 dev cni0 proto kernel metric 256 pref medium
            fe80::/64 dev KNET proto kernel metric 256 pref medium
            fe80::/64 dev cni0 proto kernel metric 256 pref medium
            """);
    assertThat(wired.describe(pod))
        .isEqualTo(
            """
            lo UNKNOWN 127.0.0.1/8 ::1/128
            eth0 UP POD4/32 POD6/128 LINKLOCAL/64
            default via GATEWAY4 dev eth0 src POD4
            GATEWAY4/24 dev eth0 scope link src POD4
            POD6 dev eth0 proto kernel metric 256 pref medium
            GATEWAY6/64 dev eth0 metric 1024 pref medium
            fe80::/64 dev eth0 proto kernel metric 256 pref medium
            default via GATEWAY6 dev eth0 metric 1024 pref medium
            """);
    JsonNode port = ip(host, "-d", "link", "show", wired.knet).path(0);
    assertThat(port.path("master").asText()).isEqualTo("cni0");
    assertThat(port.at("/linkinfo/info_slave_data/hairpin").asBoolean()).isTrue();
  }

  @Test
  void listsTheBridgeFirst() {
    JsonNode result = node.add("abc", pod);

    assertThat(result.path("interfaces").findValuesAsText("name"))
        .containsExactly("cni0", new ConnectedPod(result).knet, "eth0");
    assertThat(result.path("ips").findValuesAsText("interface")).containsExactly("2", "2");
    assertThat(node.check("abc", pod, result)).isEqualTo(new Reply(0, ""));
  }

  @Test
  void sharesTheBridgeAndLeavesIt(Namespace second) {
    node.add("abc", pod);
    String mac = ip(host, "link", "show", "cni0").at("/0/address").asText();
    node.add("abd", second);
    assertThat(ip(host, "link", "show", "master", "cni0")).hasSize(2);

    node.del("abc", pod);
    assertThat(ip(host, "link", "show", "master", "cni0")).hasSize(1);
    node.del("abd", second);

    JsonNode bridge = ip(host, "addr", "show", "cni0").path(0);
    assertThat(bridge.path("address").asText()).isEqualTo(mac);
    assertThat(bridge.path("addr_info").findValuesAsText("local"))
        .contains("10.244.1.0", "fd00:10:244:1::");
  }

  @Test
  void takesABridgeThatListensFirst() {
    host.run("ip", "link", "add", "cni0", "type", "bridge", "stp_state", "1");

    JsonNode result = node.add("abc", pod);

    assertThat(node.check("abc", pod, result)).isEqualTo(new Reply(0, ""));
  }

  @Test
  void refusesALinkThatIsNoBridge() throws CniException {
    host.run("ip", "link", "add", "cni0", "type", "veth", "peer", "name", "other");

    JsonNode error = error(node.call("ADD", "abc", pod.path().toString(), "eth0", node.config()));

    assertThat(error.path("code").asInt()).isEqualTo(7);
    assertThat(error.path("msg").asText())
        .isEqualTo("bridge 'cni0': there is a link of this name that is no bridge");
    assertThat(host.run("ip", "link")).doesNotContain("knet");
    try (Store store = node.store()) {
      assertThat(store.pods().all()).isEmpty();
    }
  }
}
