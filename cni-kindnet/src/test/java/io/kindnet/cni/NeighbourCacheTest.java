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
 * What the host and other pods remember of an address that comes again, to another pod: the first
 * packet must arrive, not one half a minute later.
 */
@NetworkNamespaces
class NeighbourCacheTest {
  /** Ranges with room for two pods of IPv4, and for five of IPv6. */
  private static final String SMALL_V4 = "10.244.1.0/30";

  private static final String SMALL_V6 = "fd00:10:244:1::/125";

  private final Namespace host;
  private final Namespace observer;
  private final Namespace filler;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  NeighbourCacheTest(Namespace host, Namespace observer, Namespace filler, Namespace pod) {
    this.host = host;
    this.observer = observer;
    this.filler = filler;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeHost() {
    host.loopbackUp();
  }

  @ParameterizedTest
  @ValueSource(strings = {SMALL_V4, SMALL_V6})
  void anAddressThatComesAgainIsReachedAtOnce(String range) {
    String address = addUntilFull(range, "cni0");
    String before = macOf(pod);
    host.run("ping", "-c", "1", "-W", "5", address);
    observer.run("ping", "-c", "1", "-W", "5", address);
    assertThat(host.run("ip", "neigh", "show", address)).contains(before);
    assertThat(observer.run("ip", "neigh", "show", address)).contains(before);

    node.del("abc", pod);
    assertThat(host.run("ip", "neigh", "show", address)).doesNotContain(before);
    // as if they had heard of the old one a moment ago
    remember(host, "cni0", address, before, "permanent");
    remember(observer, "eth0", address, before, "reachable");
    assertThat(bare(node.add("def", pod))).isEqualTo(address);

    host.run("ping", "-c", "1", "-W", "5", address);
    observer.run("ping", "-c", "1", "-W", "5", address);
  }

  @ParameterizedTest
  @ValueSource(strings = {SMALL_V4, SMALL_V6})
  void anAddressThatComesAgainIsReachedAtOnceWithoutABridge(String range) {
    String address = addUntilFull(range, "");
    host.run("ping", "-c", "1", "-W", "5", address);
    observer.run("ping", "-c", "1", "-W", "5", address);
    node.del("abc", pod);

    assertThat(bare(node.add("def", pod))).isEqualTo(address);

    host.run("ping", "-c", "1", "-W", "5", address);
    observer.run("ping", "-c", "1", "-W", "5", address);
  }

  /** A link manager of the host, or whoever is privileged in the pod. */
  @ParameterizedTest
  @ValueSource(strings = {"", "cni0"})
  void aMacAddressThatOthersChangeIsLearntAtOnce(String bridge) {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    node.config().put("bridge", bridge);
    JsonNode result = node.add("abc", pod);
    ConnectedPod wired = new ConnectedPod(result);
    assertReaches(wired);
    String gatewayLink = bridge.isEmpty() ? wired.knet : bridge;

    host.run("ip", "link", "set", gatewayLink, "address", "02:00:00:00:00:07");
    assertReaches(wired);
    pod.run("ip", "link", "set", "eth0", "address", "02:00:00:00:00:08");
    assertReaches(wired);
  }

  /** The bridge that is made again has another address than the one that pods remember. */
  @Test
  void aBridgeThatIsMadeAgainIsAnnounced(Namespace next) {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    node.config().put("bridge", "cni0");
    ConnectedPod wired = new ConnectedPod(node.add("abc", pod));
    assertReaches(wired);

    host.run("ip", "link", "del", "cni0");
    node.add("def", next);

    pod.run("ping", "-c", "1", "-W", "5", wired.gateway4);
    pod.run("ping", "-c", "1", "-W", "5", wired.gateway6);
  }

  private void assertReaches(ConnectedPod wired) {
    pod.run("ping", "-c", "1", "-W", "5", wired.gateway4);
    pod.run("ping", "-c", "1", "-W", "5", wired.gateway6);
    host.run("ping", "-c", "1", "-W", "5", wired.pod4);
    host.run("ping", "-c", "1", "-W", "5", wired.pod6);
  }

  /** Adds pods until no address is left; returns that of the last one. */
  private String addUntilFull(String range, String bridge) {
    node = new CniNode(host, dataDir, range);
    node.config().put("bridge", bridge);
    node.add("observer", observer);
    if (range.contains(":")) {
      for (String name : new String[] {"net1", "net2", "net3"}) {
        node.call("ADD", "filler", filler.path().toString(), name, node.config());
      }
    }
    return bare(node.add("abc", pod));
  }

  private static void remember(
      Namespace who, String link, String address, String mac, String state) {
    who.run("ip", "neigh", "replace", address, "lladdr", mac, "dev", link, "nud", state);
  }

  private static String macOf(Namespace pod) {
    return CniNode.ip(pod, "link", "show", "eth0").at("/0/address").asText();
  }

  private static String bare(JsonNode result) {
    String cidr = result.at("/ips/0/address").asText();
    return cidr.substring(0, cidr.indexOf('/'));
  }
}
