package io.kindnet.kindnetd.fastpath;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.conntrack.ConntrackAgent;
import io.kindnet.kindnetd.conntrack.ConntrackSettings;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import io.kindnet.netlink.testing.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node between two others, whose flows take the fast path. */
@NetworkNamespaces
class FastPathAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String EXPECTED = Resources.text(FastPathAgentTest.class, "fastpath.nft");

  private final Namespace node;
  private final Namespace pod;
  private final Namespace outside;
  private final FastPathNode fixture;
  private final FastPathAgent agent;

  FastPathAgentTest(Namespace node, Namespace pod, Namespace outside) {
    this.node = node;
    this.pod = pod;
    this.outside = outside;
    fixture = new FastPathNode(node);
    fixture.connect(outside);
    agent = fixture.agent(/* byPolicies= */ false);
    fixture.plug("knet1", pod, "10.244.0.5");
  }

  @AfterEach
  void close() {
    agent.close();
    fixture.close();
  }

  private String table() {
    return fixture.table();
  }

  @Test
  @Tag("flowtable")
  void makesTheTableThatNftMakesOfTheSameText() {
    fixture.start(agent);
    Eventually.within(DEADLINE, () -> assertThat(table()).isEqualTo(EXPECTED));
  }

  @Test
  @Tag("flowtable")
  void followsInterfacesThatComeAndGo() {
    fixture.start(agent);
    Eventually.within(DEADLINE, () -> assertThat(table()).isEqualTo(EXPECTED));
    String handle = node.run("nft", "-a", "list", "flowtables").replaceAll("devices.*", "");
    Ip.batch(
        node, "link add knet2 type veth peer name other\nlink set knet2 up\nlink set other up\n");
    Eventually.within(
        DEADLINE, () -> assertThat(table()).contains("devices = { eth0, knet1, knet2, other }"));
    Ip.batch(node, "link delete knet2\n");
    Eventually.within(DEADLINE, () -> assertThat(table()).isEqualTo(EXPECTED));
    assertThat(node.run("nft", "-a", "list", "flowtables").replaceAll("devices.*", ""))
        .as("changed in place")
        .isEqualTo(handle);
  }

  @Test
  @Tag("flowtable")
  void theMetricsOfConnectionsCountOffloadedFlows(@TempDir Path directory) {
    fixture.start(agent);
    Eventually.within(DEADLINE, () -> assertThat(table()).isEqualTo(EXPECTED));
    ConntrackAgent connections =
        new ConntrackAgent(ConntrackSettings.beside(directory.resolve("socket")), fixture.status);
    try (EchoPeer client = EchoPeer.in(pod, "client");
        EchoPeer server = EchoPeer.in(outside, "server")) {
      fixture.entered.call(() -> {
        connections.start();
        return true;
      });
      server.listen(Transport.UDP, FastPathNode.OUTSIDE, 5001);
      EchoRequest request = EchoRequest.udp(FastPathNode.OUTSIDE, 5001).from("10.244.0.5", 4000);
      AtomicInteger packets = new AtomicInteger();
      Eventually.within(
          DEADLINE,
          () -> {
            client.ask(request);
            packets.addAndGet(2);
            assertThat(fixture.isOffloaded("10.244.0.5", 4000)).isTrue();
          });
      for (int i = 0; i < 30; i++) {
        client.ask(request);
        packets.addAndGet(2);
      }
      assertThat(fixture.isOffloaded("10.244.0.5", 4000)).isTrue();
      fixture.forget("10.244.0.5", 4000);
      String sum = "kindnet_conntrack_connection_packets_total_sum{protocol=\"udp\"} ";
      Eventually.within(
          DEADLINE,
          () -> assertThat(MetricsPage.of(fixture.status)).contains(sum + packets.get() + ".0\n"));
    } finally {
      connections.close();
    }
  }

  @Test
  void saysWhereTheKernelHasNone() throws Exception {
    fixture.start(agent);
    boolean has = fixture.nftables.list().exists(FastPathAgent.TABLE) || kernelHasFlowtables();
    assertThat(MetricsPage.ofReadiness(fixture.status).contains("this kernel has no flowtables"))
        .isNotEqualTo(has);
    assertThat(Nft.ruleset(node)).doesNotContain("probe");
  }

  private boolean kernelHasFlowtables() {
    return node.tryRun(
            "nft",
            "table inet probe { flowtable f { hook ingress priority 0; devices = { lo }; };"
                + " chain c { type filter hook forward priority 0; flow add @f; }; };"
                + " delete table inet probe")
        .succeeded();
  }
}
