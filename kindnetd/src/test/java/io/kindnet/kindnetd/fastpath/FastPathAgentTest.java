package io.kindnet.kindnetd.fastpath;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.Flow;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import io.kindnet.netlink.testing.Transport;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node between two others, whose flows take the fast path. */
@NetworkNamespaces
class FastPathAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String EXPECTED = Resources.text(FastPathAgentTest.class, "fastpath.nft");
  private static final int IPS_OFFLOAD = 1 << 14;

  private final Namespace node;
  private final Namespace pod;
  private final Namespace outside;
  private final NetworkNamespace entered;
  private final NftablesSocket nftables;
  private final RouteSocket kernel;
  private final KernelWatch<RouteEvents.Batch> routeEvents;
  private final KernelWatch<NftablesEvents.Events> nftablesEvents;
  private final Status status = new Status("test");
  private final FastPathAgent agent;

  FastPathAgentTest(Namespace node, Namespace pod, Namespace outside) {
    this.node = node;
    this.pod = pod;
    this.outside = outside;
    entered = NetworkNamespace.open(node.path().toString());
    nftables = entered.call(NftablesSocket::open);
    kernel = RouteSocket.open(entered);
    routeEvents = KernelWatch.ofRoutes(kernel);
    nftablesEvents =
        KernelWatch.ofNftables(
            () -> entered.call(() -> NftablesEvents.excludingOwn(nftables.portId())));
    agent =
        new FastPathAgent(
            new FastPathOptions(20), kernel, routeEvents, () -> nftables, nftablesEvents, status);
    connect(pod, "knet1", "10.244.0.5", "10.244.0.1");
    connect(outside, "eth0", "192.0.2.9", "192.0.2.1");
    node.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
  }

  private void connect(Namespace other, String link, String address, String gateway) {
    node.connect(link, other, "eth0");
    Ip.batch(node, "address add " + gateway + "/24 dev " + link + "\n");
    Ip.batch(
        other, "address add " + address + "/24 dev eth0\nroute add default via " + gateway + "\n");
  }

  @AfterEach
  void close() {
    agent.close();
    nftablesEvents.close();
    routeEvents.close();
    kernel.close();
    nftables.close();
    entered.close();
  }

  private void start() {
    entered.call(() -> {
      agent.start();
      return 0;
    });
  }

  private String table() {
    return Nft.withoutCounters(
        node.tryRun("nft", "list", "table", "inet", "kindnet-fastpath").stdout());
  }

  @Test
  @Tag("flowtable")
  void makesTheTableThatNftMakesOfTheSameText() {
    start();
    Eventually.within(DEADLINE, () -> assertThat(table()).isEqualTo(EXPECTED));
  }

  @Test
  @Tag("flowtable")
  void followsInterfacesThatComeAndGo() {
    start();
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
  void flowsAreOffloaded() {
    start();
    Eventually.within(DEADLINE, () -> assertThat(table()).isEqualTo(EXPECTED));
    try (EchoPeer client = EchoPeer.in(pod, "client");
        EchoPeer server = EchoPeer.in(outside, "server");
        ConntrackSocket conntrack = entered.call(ConntrackSocket::open)) {
      server.listen(Transport.UDP, "192.0.2.9", 5001);
      for (int i = 0; i < 30; i++) {
        client.ask(EchoRequest.udp("192.0.2.9", 5001).from("10.244.0.5", 4000));
      }
      Eventually.within(
          DEADLINE,
          () -> {
            List<Flow> flows = conntrack.list(AddressFamily.IPV4);
            assertThat(flows).anyMatch(flow -> (flow.status() & IPS_OFFLOAD) != 0);
          });
    }
  }

  @Test
  void saysWhereTheKernelHasNone() throws Exception {
    start();
    boolean has = nftables.list().exists(FastPathAgent.TABLE) || kernelHasFlowtables();
    assertThat(MetricsPage.ofReadiness(status).contains("this kernel has no flowtables"))
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
