package io.kindnet.kindnetd.networkpolicy.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.PluginOnNode;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NetworkNamespaces
@SuppressWarnings("NullAway.Init") // opened before each test, in the namespace of the node
class BridgeFilterAgentTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ON = "nf_call_iptables 1 nf_call_ip6tables 1";
  private static final String OFF = "nf_call_iptables 0 nf_call_ip6tables 0";

  private final Namespace node;
  private final Path directory;
  private final Status status = new Status("of a test");
  private RouteSocket socket;
  private KernelWatch<RouteEvents.Batch> events;

  BridgeFilterAgentTest(Namespace node, @TempDir Path directory) {
    this.node = node;
    this.directory = directory;
  }

  @BeforeEach
  void open() {
    new PluginOnNode(node)
        .run(() -> {
          socket = RouteSocket.open();
          events = KernelWatch.ofRoutes(socket);
        });
  }

  @AfterEach
  void close() {
    events.close();
    socket.close();
  }

  @Test
  void keepsRulesSeeingWhatPassesTheBridge() {
    try (BridgeFilterAgent agent = agent(directory)) {
      new PluginOnNode(node).run(agent::start);
      Eventually.within(
          SOON, () -> assertThat(ReadinessPage.of(status)).contains("bridge-filter ok"));

      node.run("ip", "link", "add", "br0", "type", "bridge");
      node.run("ip", "link", "add", "br1", "type", "bridge");
      awaitBridge(ON);
      node.run("ip", "link", "set", "br0", "up"); // the kernel tells nothing of one that is down
      node.run("ip", "link", "set", "br0", "type", "bridge", "nf_call_ip6tables", "0");
      awaitBridge(ON);
      node.run("ip", "link", "del", "br0");
      node.run("ip", "link", "add", "br0", "type", "bridge");
      awaitBridge(ON);
      assertThat(node.run("ip", "-d", "link", "show", "br1")).contains(OFF);
    }
    agent(directory).removeState();
    assertThat(bridge()).contains(OFF);
  }

  @Test
  void saysWhatTheKernelLacks() {
    try (BridgeFilterAgent agent = agent(directory.resolve("bridge"))) {
      new PluginOnNode(node).run(agent::start);
      Eventually.within(
          SOON,
          () ->
              assertThat(ReadinessPage.of(status))
                  .contains(
                      "bridge-filter network policies do not hold between pods of this node,"
                          + " which are on bridge br0: the kernel has no br_netfilter"
                          + " (modprobe br_netfilter)"));
    }
  }

  private BridgeFilterAgent agent(Path brNetfilter) {
    return new BridgeFilterAgent("br0", socket, events, brNetfilter, status);
  }

  private void awaitBridge(String settings) {
    Eventually.within(SOON, () -> assertThat(bridge()).contains(settings));
  }

  private String bridge() {
    return node.run("ip", "-d", "link", "show", "br0");
  }
}
