package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.UnusualSettings.Unusual;
import io.kindnet.cni.steps.Step;
import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every sysctl of interfaces, each in its unusual values, on the node and in its pods, which get
 * them from the node in part. Pods have their network all the same, or the ADD fails with a message
 * that names the sysctl.
 */
@NetworkNamespaces
class UnusualSettingsTest {
  private static final String BRIDGE = "cni0";

  /** What no setting of an interface can make up for. */
  private static final Set<String> REFUSED =
      Set.of("ipv4 arp_ignore=2", "ipv4 arp_ignore=8", "ipv6 disable_ipv6=1");

  private static final Set<String> REFUSED_ON_A_BRIDGE =
      Set.of("ipv4 arp_ignore=8", "ipv6 disable_ipv6=1");

  private final Namespace host;
  private final Namespace first;
  private final Namespace second;
  private final PodTraffic traffic;

  @TempDir private Path dataDir;

  UnusualSettingsTest(Namespace host, Namespace outside, Namespace first, Namespace second) {
    this.host = host;
    this.first = first;
    this.second = second;
    this.traffic = new PodTraffic(host, outside, first, second);
    host.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
  }

  @AfterEach
  void close() {
    traffic.close();
  }

  @ParameterizedTest
  @CsvSource({"'', ipv4", "'', ipv6", "cni0, ipv4", "cni0, ipv6"})
  void ofTheNodeDoNotMatterOrAreNamed(String bridge, String family) {
    CniNode node = node(bridge);
    Set<String> refused = bridge.isEmpty() ? REFUSED : REFUSED_ON_A_BRIDGE;
    List<String> problems = new ArrayList<>();
    for (Unusual unusual : UnusualSettings.of(host, family)) {
      Runnable reset = UnusualSettings.set(host, unusual);
      if (refused.contains(unusual.toString())) {
        assertRefused(node, unusual);
      } else {
        tryPods(node, unusual, problems);
      }
      reset.run();
      traffic.restoreNode();
    }

    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"'', ipv4", "'', ipv6", "cni0, ipv4", "cni0, ipv6"})
  void ofThePodsDoNotMatter(String bridge, String family) {
    CniNode node = node(bridge);
    List<String> problems = new ArrayList<>();
    for (Unusual unusual : UnusualSettings.of(first, family)) {
      Runnable resetFirst = UnusualSettings.set(first, unusual);
      Runnable resetSecond = UnusualSettings.set(second, unusual);
      tryPods(node, unusual, problems);
      resetFirst.run();
      resetSecond.run();
    }

    assertThat(problems).isEmpty();
  }

  /** New interfaces have them from the machine's first namespace, which no test may change. */
  @ParameterizedTest
  @CsvSource({"'', ipv4", "'', ipv6", "cni0, ipv4", "cni0, ipv6"})
  void ofNeighboursDoNotMatter(String bridge, String family) {
    CniNode node = node(bridge);
    List<String> problems = new ArrayList<>();
    for (Unusual unusual : UnusualSettings.ofNeighbours(family)) {
      if (!bridge.isEmpty()) {
        host.run("ip", "link", "add", bridge, "type", "bridge");
        UnusualSettings.setOnLink(host, bridge, unusual);
      }
      Set<String> seen = new HashSet<>();
      node.listener(step -> {
        if (step == Step.PAIR_CREATED) {
          Namespace pod = seen.isEmpty() ? first : second;
          UnusualSettings.links(host, family).stream()
              .filter(link -> link.startsWith("knet") && seen.add(link))
              .forEach(link -> UnusualSettings.setOnLink(host, link, unusual));
          UnusualSettings.setOnLink(pod, "eth0", unusual);
        }
      });
      tryPods(node, unusual, problems);
      assertThat(seen).hasSize(2);
    }

    assertThat(problems).isEmpty();
  }

  /** The larger one of that of all and of its own counts for an interface. */
  @Test
  void doNotDelayTheFirstPacket() {
    host.run("sysctl", "-q", "-w", "net.ipv6.conf.all.accept_dad=2");

    String knet = node("").add("one", first).at("/interfaces/0/name").asText();

    assertThat(
            host.run("sysctl", "-n", "net.ipv6.conf." + knet + ".router_solicitation_delay")
                .strip())
        .isEqualTo("0");
  }

  private void tryPods(CniNode node, Unusual unusual, List<String> problems) {
    JsonNode one = node.add("one", first);
    JsonNode other = node.add("other", second);
    for (String failure : traffic.failures(one, other)) {
      problems.add(unusual + ": " + failure);
    }
    node.del("one", first);
    node.del("other", second);
    removeBridge();
  }

  private void assertRefused(CniNode node, Unusual unusual) {
    Reply reply = node.call("ADD", "one", first.path().toString(), "eth0", node.config());

    assertThat(CniNode.error(reply).path("msg").asText()).contains(unusual.name());
    removeBridge();
  }

  /** So that the next one begins with what is set for later interfaces. */
  private void removeBridge() {
    CommandResult unused = host.tryRun("ip", "link", "del", BRIDGE);
    assertThat(unused).isNotNull();
  }

  private CniNode node(String bridge) {
    CniNode node = new CniNode(host, dataDir, PodTraffic.RANGE_V4, PodTraffic.RANGE_V6);
    node.config().put("bridge", bridge);
    return node;
  }
}
