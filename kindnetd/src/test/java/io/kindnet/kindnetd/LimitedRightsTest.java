package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kindnetd in a container without privilege, as kind's manifest starts it. */
@NetworkNamespaces
class LimitedRightsTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  /** What a container has that is given no capabilities, and the two that kind's manifest adds. */
  private static final String CAPABILITIES =
      "-all,+chown,+dac_override,+fsetid,+fowner,+mknod,+setgid,+setuid,+setfcap,+setpcap"
          + ",+net_bind_service,+sys_chroot,+kill,+audit_write,+net_raw,+net_admin";

  private static final List<String> CONTAINER =
      List.of(
          "unshare",
          "--mount",
          "sh",
          "-ec",
          "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; exec \"$@\"",
          "sh",
          "setpriv",
          "--bounding-set=" + CAPABILITIES,
          "--inh-caps=-all");

  @TempDir Path directory;

  private AgentProcess agent(Namespace node, ApiServerProcess api) {
    return AgentProcess.start(
        node,
        CONTAINER,
        Map.of(
            "NODE_NAME",
            "node1",
            "HOST_IP",
            "192.0.2.1",
            "POD_IP",
            "192.0.2.1",
            "POD_SUBNET",
            "10.244.0.0/16,fd00::/16"),
        "--master=" + api.url(),
        "--cni-conf-dir=" + directory,
        "--cni-plugins=standard");
  }

  private static void awaitReady(AgentProcess agent) {
    Eventually.within(
        DEADLINE, () -> assertThat(agent.get("/readyz")).as(agent.log()).endsWith("\nready\n"));
  }

  @Test
  void doesAllWithNetworkAdministrationAlone(Namespace router, Namespace node) throws Exception {
    new TestNetwork(router).plug(node, 1);
    try (ApiServerProcess api = ApiServerProcess.start(router, TestNetwork.ROUTER_V4, 8080)) {
      api.apply(
          Nodes.node(
              "node1",
              List.of("10.244.1.0/24", "fd00:1::/64"),
              List.of("192.0.2.1", "2001:db8::1")));
      api.apply(Nodes.node("node2", List.of("10.244.2.0/24"), List.of("192.0.2.2", "2001:db8::2")));
      try (AgentProcess agent = agent(node, api)) {
        awaitReady(agent);
        assertThat(Ip.run(node, "route", "show", "proto", "75"))
            .contains("10.244.2.0/24 via 192.0.2.2");
        assertThat(Nft.ruleset(node)).contains("masquerade");
        Path conflist = directory.resolve("10-kindnet.conflist");
        assertThat(conflist).content().contains("\"ptp\"");

        Ip.run(node, "route", "del", "10.244.2.0/24");
        Files.delete(conflist);
        node.run("nft", "flush", "ruleset");
        Eventually.within(
            DEADLINE,
            () -> {
              assertThat(Ip.run(node, "route", "show", "proto", "75")).contains("10.244.2.0/24");
              assertThat(conflist).exists();
              assertThat(Nft.ruleset(node)).contains("masquerade");
            });
        assertThat(agent.stop("TERM")).as(agent.log()).isZero();
        assertThat(agent.log()).doesNotContain(" ERROR ");
      }
    }
  }

  /** The pods are those of the standard plugins, which have set it, each time that they ran. */
  @Test
  void saysWhatItCannotPutBack(Namespace router, Namespace node) {
    new TestNetwork(router).plug(node, 1);
    try (ApiServerProcess api = ApiServerProcess.start(router, TestNetwork.ROUTER_V4, 8080)) {
      api.apply(Nodes.node("node1", List.of("10.244.1.0/24"), List.of("192.0.2.1")));
      Ip.batch(
          node,
          """
          link add kind-br type bridge
          link set kind-br up
          address add 10.244.1.1/24 dev kind-br
          """);
      try (AgentProcess agent = agent(node, api)) {
        awaitReady(agent);

        node.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=0");
        Eventually.within(
            DEADLINE,
            () ->
                assertThat(agent.get("/readyz"))
                    .contains("[-]host-settings cannot set /proc/sys/net/ipv4/ip_forward to 1"));

        node.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        awaitReady(agent);
      }
    }
  }

  /** NAT64 needs programs in the kernel; the rest of the agent does not. */
  @Test
  void isDegradedWhereProgramsAreRefused(Namespace router, Namespace node) {
    new TestNetwork(router).plug(node, 1);
    try (ApiServerProcess api = ApiServerProcess.start(router, TestNetwork.ROUTER_V4, 8080)) {
      api.apply(Nodes.node("node1", List.of("fd00:1::/64"), List.of("192.0.2.1", "2001:db8::1")));
      try (AgentProcess agent = agent(node, api)) {
        Eventually.within(
            DEADLINE,
            () ->
                assertThat(agent.get("/readyz"))
                    .as(agent.log())
                    .containsPattern("nat64 .*EPERM")
                    .endsWith("\nready, but degraded\n"));
        assertThat(agent.log().lines().filter(line -> line.contains(" nat64: "))).hasSize(1);
        assertThat(Ip.run(node, "link")).doesNotContain("nat64");
      }
    }
  }
}
