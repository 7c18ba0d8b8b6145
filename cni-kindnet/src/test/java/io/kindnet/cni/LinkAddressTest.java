package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which Ethernet addresses links have, and who chose them: udev and other link managers replace
 * those that the kernel chose ({@code addr_assign_type}), at any time after the link was made.
 */
@NetworkNamespaces
class LinkAddressTest {
  /** {@code NET_ADDR_SET} of {@code linux/netdevice.h}: chosen by whoever made the link. */
  private static final String SET = "3";

  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  LinkAddressTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
  }

  @Test
  void theAddressesOfBothEndsAreGivenWithThePair() {
    JsonNode interfaces = node.add("abc", pod).path("interfaces");

    assertThat(assignType(host, interfaces.at("/0/name").asText())).isEqualTo(SET);
    assertThat(assignType(pod, "eth0")).isEqualTo(SET);
    assertIsOfLink(interfaces.path(0), host);
    assertIsOfLink(interfaces.path(1), pod);
  }

  @Test
  void theAddressOfTheBridgeIsGivenWithIt() {
    node.config().put("bridge", "cni0");

    JsonNode interfaces = node.add("abc", pod).path("interfaces");

    assertThat(assignType(host, "cni0")).isEqualTo(SET);
    assertThat(assignType(host, interfaces.at("/1/name").asText())).isEqualTo(SET);
    assertThat(assignType(pod, "eth0")).isEqualTo(SET);
    assertIsOfLink(interfaces.path(0), host);
    assertIsOfLink(interfaces.path(1), host);
    assertIsOfLink(interfaces.path(2), pod);
  }

  /** The kernel's own are random, too: those of two pods must not be the same. */
  @Test
  void theAddressesDiffer(Namespace second) {
    JsonNode one = node.add("abc", pod).path("interfaces");
    JsonNode other = node.add("abd", second).path("interfaces");

    assertThat(
            new String[] {
              one.at("/0/mac").asText(), one.at("/1/mac").asText(),
              other.at("/0/mac").asText(), other.at("/1/mac").asText()
            })
        .doesNotHaveDuplicates();
  }

  /** It is of one interface, and locally administered. */
  private static void assertIsOfLink(JsonNode described, Namespace namespace) {
    String name = described.path("name").asText();
    String mac = CniNode.ip(namespace, "link", "show", name).at("/0/address").asText();
    assertThat(described.path("mac").asText()).as(name).isEqualTo(mac);
    assertThat(Integer.parseInt(mac.substring(0, 2), 16) & 0x03).as(mac).isEqualTo(0x02);
  }

  private static String assignType(Namespace namespace, String link) {
    return namespace
        .run(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t sysfs sysfs /sys && cat /sys/class/net/" + link + "/addr_assign_type")
        .strip();
  }
}
