package io.kindnet.kindnetd.packetlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import io.kindnet.netlink.testing.Transport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real packets over loopback, logged by the rules of the table. */
@NetworkNamespaces
class PacketLogAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String EXPECTED = Resources.text(PacketLogAgentTest.class, "nflog.nft");

  private final Namespace host;
  private final NetworkNamespace entered;
  private final NftablesSocket nftables;
  private final KernelWatch<NftablesEvents.Events> events;
  private final Status status = new Status("test");

  PacketLogAgentTest(Namespace host) {
    this.host = host;
    host.loopbackUp();
    entered = NetworkNamespace.open(host.path().toString());
    nftables = entered.call(NftablesSocket::open);
    events =
        KernelWatch.ofNftables(
            () -> entered.call(() -> NftablesEvents.excludingOwn(nftables.portId())));
  }

  @AfterEach
  void close() {
    events.close();
    nftables.close();
    entered.close();
  }

  private PacketLogAgent agent(boolean json) {
    return new PacketLogAgent(
        new PacketLogOptions(2, json), PacketLogAgentTest::name, () -> nftables, events, status);
  }

  private static Optional<String> name(InetAddress address) {
    return address.equals(InetAddress.ofLiteral("127.0.0.2"))
        ? Optional.of("shop/web")
        : Optional.empty();
  }

  private void start(PacketLogAgent agent) {
    entered.call(() -> {
      agent.start();
      return agent;
    });
    Eventually.within(DEADLINE, () -> assertThat(table()).isEqualTo(EXPECTED));
  }

  private String table() {
    return host.tryRun("nft", "list", "table", "inet", "kindnet-nflog").stdout();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void logsThePacketsOfConnections(boolean json) throws Exception {
    try (CapturedLog log = CapturedLog.start();
        PacketLogAgent agent = agent(json);
        EchoPeer peer = EchoPeer.in(host, "peer")) {
      start(agent);
      peer.listen(Transport.TCP, "127.0.0.2", 8080).listen(Transport.UDP, "::1", 53);
      peer.ask(EchoRequest.tcp("127.0.0.2", 8080).from("127.0.0.1", 4000));
      peer.ask(EchoRequest.udp("::1", 53).from("::1", 4001));

      String syn =
          json
              ? "\"in\":\"lo\",\"sourceIP\":\"127.0.0.1\",\"destination\":{\"name\":\"web\","
                  + "\"namespace\":\"shop\"},\"destinationIP\":\"127.0.0.2\",\"protocol\":\"TCP\","
                  + "\"sourcePort\":4000,\"port\":8080,\"length\":60,\"flags\":\"SYN\",\"seq\":"
              : "\"Packet\" in=\"lo\" sourceIP=\"127.0.0.1\" destination=\"shop/web\""
                  + " destinationIP=\"127.0.0.2\" protocol=\"TCP\" sourcePort=4000 port=8080"
                  + " length=60 flags=\"SYN\" seq=";
      String udp =
          json
              ? "\"protocol\":\"UDP\",\"sourcePort\":4001,\"port\":53,\"length\":"
              : "sourcePort=4001 port=53 length=";
      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(log.linesWith(syn)).hasSize(1);
            assertThat(log.linesWith("SYN,ACK")).hasSize(1);
            assertThat(log.linesWith(udp)).hasSize(1);
            assertThat(log.linesWith("{\"ts\":").isEmpty()).isNotEqualTo(json);
          });
      assertThat(MetricsPage.of(status))
          .containsPattern("kindnet_packet_log_lines_total \\d\\d?\\.0");
    }
  }

  @Test
  void makesTheTableThatNftMakesOfTheSameText(Namespace reference) {
    try (PacketLogAgent agent = agent(false)) {
      start(agent);
      Nft.apply(reference, EXPECTED);
      assertThat(Nft.table(reference, "inet", "kindnet-nflog")).isEqualTo(EXPECTED);
    }
  }

  @Test
  void theKernelLimitsWhatIsLogged() {
    try (CapturedLog log = CapturedLog.start();
        PacketLogAgent agent = agent(false)) {
      start(agent);
      long before = System.nanoTime();
      host.run(
          "bash", "-c", "for p in $(seq 1 3000); do echo > /dev/udp/127.0.0.1/9; done 2>/dev/null");
      Eventually.within(
          DEADLINE, () -> assertThat(log.linesWith("\"Packet\"")).hasSizeGreaterThan(200));
      long seconds = Duration.ofNanos(System.nanoTime() - before).toSeconds() + 1;
      assertThat(log.linesWith("\"Packet\"").size())
          .isLessThanOrEqualTo((int) (201 + 100 * seconds));
    }
  }

  @Test
  void putsTheTableBackAndRemovesIt() throws Exception {
    try (PacketLogAgent agent = agent(false)) {
      start(agent);
      host.run("nft", "flush", "ruleset");
      Eventually.within(DEADLINE, () -> assertThat(table()).isEqualTo(EXPECTED));
      host.run("nft", "flush", "chain", "inet", "kindnet-nflog", "prerouting");
      Eventually.within(DEADLINE, () -> assertThat(table()).isEqualTo(EXPECTED));
    }
    assertThat(table()).as("stays while kindnetd is updated").isEqualTo(EXPECTED);
    PacketLogAgent disabled = another();
    disabled.removeState();
    assertThat(Nft.ruleset(host)).isEmpty();
    disabled.removeState();
  }

  @Test
  void saysThatAnotherProgramReadsTheGroup() {
    try (PacketLogAgent agent = agent(false);
        PacketLogAgent other = another()) {
      start(agent);
      assertThatThrownBy(() -> start(other))
          .hasMessageContaining("read group 100 of nflog")
          .hasMessageContaining("another program reads this group");
    }
  }

  private PacketLogAgent another() {
    return new PacketLogAgent(
        new PacketLogOptions(2, false),
        PacketLogAgentTest::name,
        () -> nftables,
        events,
        new Status("other"));
  }
}
