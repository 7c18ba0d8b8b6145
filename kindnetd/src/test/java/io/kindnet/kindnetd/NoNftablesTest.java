package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kindnetd on a kernel without nfnetlink: what needs it fails alone. */
@NetworkNamespaces
class NoNftablesTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final String NETLINK_NETFILTER = "12"; // linux/netlink.h
  private static final List<String> KERNEL_WITHOUT =
      List.of(
          "python3",
          "-c",
          Resources.text(NoNftablesTest.class, "refuse-netlink.py"),
          NETLINK_NETFILTER);
  private static final Map<String, String> ENVIRONMENT = Map.of("NODE_NAME", "node1");

  /** More than one, so that it has been tried again. */
  private static final Pattern FAILED_AGAIN =
      Pattern.compile("(?m)^kindnet_pass_failures_total\\{agent=\"masquerading\"} ([2-9]|\\d\\d)");

  private static AgentProcess start(
      Namespace node, ApiServerProcess api, Path directory, String... more) {
    String[] flags = new String[more.length + 3];
    System.arraycopy(more, 0, flags, 3, more.length);
    flags[0] = "--master=" + api.url();
    flags[1] = "--cni-conf-dir=" + directory;
    flags[2] = "--cni-plugins=standard";
    return AgentProcess.start(node, KERNEL_WITHOUT, ENVIRONMENT, flags);
  }

  private static void addNodes(ApiServerProcess api) {
    api.apply(Nodes.node("node1", List.of("10.244.1.0/24"), List.of("192.0.2.1")));
    api.apply(Nodes.node("node2", List.of("10.244.2.0/24"), List.of("192.0.2.2")));
  }

  @Test
  void masqueradingFailsAloneAndIsTriedAgain(
      Namespace router, Namespace node, @TempDir Path directory) throws Exception {
    new TestNetwork(router).plug(node, 1);
    try (ApiServerProcess api = ApiServerProcess.start(router, TestNetwork.ROUTER_V4, 8080);
        AgentProcess agent = start(node, api, directory)) {
      addNodes(api);
      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(agent.get("/readyz"))
                .as(agent.log())
                .contains("[+]routes ok", "[+]cni-configuration ok", "[-]masquerading ")
                .contains("EPROTONOSUPPORT");
            assertThat(agent.get("/metrics")).containsPattern(FAILED_AGAIN);
          });
      assertThat(Ip.run(node, "route", "show", "proto", "75"))
          .contains("10.244.2.0/24 via 192.0.2.2");
      assertThat(directory.resolve("10-kindnet.conflist")).exists();
      assertThat(agent.get("/healthz")).isEqualTo("ok\n");
      assertThat(agent.log().lines().filter(line -> line.contains("masquerading: not started")))
          .hasSize(1);
      assertThat(agent.stop("TERM")).as(agent.log()).isZero();
    }
  }

  @Test
  void nothingIsMissingWithoutMasqueradingAndPolicies(
      Namespace router, Namespace node, @TempDir Path directory) throws Exception {
    new TestNetwork(router).plug(node, 1);
    try (ApiServerProcess api = ApiServerProcess.start(router, TestNetwork.ROUTER_V4, 8080);
        AgentProcess agent =
            start(node, api, directory, "--masquerading=false", "--network-policy=false")) {
      addNodes(api);
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(agent.get("/readyz"))
                  .as(agent.log())
                  .contains(
                      "[+]fast-path ok, but this kernel has no flowtables",
                      "[+]conntrack ok, but this kernel tells of no connections",
                      "[+]nat64 ok, but off: this kernel has no nftables")
                  .endsWith("\nready\n"));
    }
  }
}
