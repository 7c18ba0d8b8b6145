package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDRBuilder;
import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kindnetd as a process beside Nodes that say of their pods what they should not. */
@NetworkNamespaces
class PodCidrsTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Namespace router;
  private final Namespace node;
  private final Path directory;

  PodCidrsTest(Namespace router, Namespace node, @TempDir Path directory) {
    this.router = router;
    this.node = node;
    this.directory = directory;
    new TestNetwork(router).plug(node, 1);
  }

  private AgentProcess agent(String... more) {
    Map<String, String> environment =
        Map.of("NODE_NAME", "node1", "HOST_IP", "192.0.2.1", "POD_IP", "192.0.2.1");
    String[] flags = new String[more.length + 3];
    flags[0] = "--master=http://" + TestNetwork.ROUTER_V4 + ":8080";
    flags[1] = "--cni-conf-dir=" + directory.resolve("net.d");
    flags[2] = "--cni-socket=" + directory.resolve("cni.sock");
    System.arraycopy(more, 0, flags, 3, more.length);
    return AgentProcess.start(node, environment, flags);
  }

  private static void apply(ApiServerProcess api, int number, String... podCidrs) {
    api.apply(
        Nodes.node(
            "node" + number,
            List.of(podCidrs),
            List.of("192.0.2." + number, "2001:db8::" + number)));
  }

  private static void await(AgentProcess agent, String page, String... texts) {
    Eventually.within(DEADLINE, () -> assertThat(agent.get(page)).as(agent.log()).contains(texts));
  }

  private List<String> routes() {
    String listing =
        Ip.run(node, "-4", "route", "show", "proto", "75", "type", "unicast")
            + Ip.run(node, "-6", "route", "show", "proto", "75", "type", "unicast");
    return listing.lines().map(line -> line.replaceFirst(" .*", "")).toList();
  }

  private void awaitRoutes(String... destinations) {
    Eventually.within(DEADLINE, () -> assertThat(routes()).containsExactlyInAnyOrder(destinations));
  }

  @Test
  void aHostileNodeChangesNothingAndIsNamed() {
    // an earlier version made it, and now there is no way to the API server
    Ip.run(node, "route", "add", "192.0.2.248/29", "via", "192.0.2.9", "proto", "75");
    try (ApiServerProcess api = ApiServerProcess.start(router, TestNetwork.ROUTER_V4, 8080)) {
      api.apply(
          new ServiceCIDRBuilder()
              .withNewMetadata()
              .withName("kubernetes")
              .endMetadata()
              .withNewSpec()
              .withCidrs("10.96.0.0/16")
              .endSpec()
              .build());
      apply(api, 1, "10.244.1.0/24", "fd00:1::/64");
      apply(api, 2, "010.244.2.7/024", "fd00:00002::5/064");
      apply(api, 3, "::ffff:10.244.3.0/120", "10.244.256.0/24");
      try (AgentProcess agent = agent()) {
        awaitRoutes("10.244.2.0/24", "fd00:2::/64", "10.244.3.0/24");
        apply(api, 9, "192.0.2.248/29", "::/0");
        apply(api, 10, "0.0.0.0/0", "10.96.7.0/24");
        await(agent, "/readyz", "[+]pod-cidrs ok, but 5 pod CIDRs are left out, see the log");
        await(agent, "/readyz", "\nready\n");
        await(agent, "/metrics", "kindnet_pod_cidrs_left_out 5.0", "kindnet_unrouted_pod_cidrs 0");
        assertThat(agent.log())
            .contains(
                "pod CIDR 10.244.256.0/24 of node node3 is left out: it is not a CIDR",
                "pod CIDR 192.0.2.248/29 of node node9 is left out: it contains 192.0.2.254, an"
                    + " address of the API server",
                "pod CIDR ::/0 of node node9 is left out: it overlaps ::/128 (unspecified)",
                "pod CIDR 0.0.0.0/0 of node node10 is left out: it overlaps 0.0.0.0/8 (this"
                    + " network)",
                "pod CIDR 10.96.7.0/24 of node node10 is left out: it overlaps 10.96.0.0/16, a"
                    + " range of Services");
        apply(api, 4, "10.244.4.0/24");
        awaitRoutes("10.244.2.0/24", "fd00:2::/64", "10.244.3.0/24", "10.244.4.0/24");
        assertThat(Nft.table(node, "inet", "kindnet-ipmasq"))
            .doesNotContain("0.0.0.0/0", "::/0", "192.0.2", "10.96");
      }
    }
  }

  @Test
  void masqueradingAloneAsksTheSame() {
    try (ApiServerProcess api = ApiServerProcess.start(router, TestNetwork.ROUTER_V4, 8080)) {
      apply(api, 1, "10.244.1.0/24");
      apply(api, 2, "10.244.4.0/24");
      apply(api, 9, "0.0.0.0/0");
      try (AgentProcess agent = agent("--disable-cni")) {
        await(agent, "/readyz", "[+]pod-cidrs ok, but 1 pod CIDR is left out", "\nready\n");
        assertThat(Nft.table(node, "inet", "kindnet-ipmasq"))
            .contains("10.244.1.0/24, 10.244.4.0/24")
            .doesNotContain("0.0.0.0/0");
      }
    }
  }

  @Test
  void writesNoConfigurationWhereNothingOfItsOwnCanBeUsed() {
    try (ApiServerProcess api = ApiServerProcess.start(router, TestNetwork.ROUTER_V4, 8080);
        AgentProcess agent = agent()) {
      apply(api, 1, "192.0.2.252/30");
      await(
          agent,
          "/readyz",
          "[-]cni-configuration Node node1 has no pod CIDR that can be used: 192.0.2.252/30 is left"
              + " out: it contains 192.0.2.254, an address of the API server",
          "not ready\n");
      assertThat(directory.resolve("net.d").resolve("10-kindnet.conflist")).doesNotExist();
    }
  }
}
