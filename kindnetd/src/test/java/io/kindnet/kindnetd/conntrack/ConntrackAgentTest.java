package io.kindnet.kindnetd.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.FlowFilter;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Transport;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real connections of a node, and what the metrics and the list say of them. */
@NetworkNamespaces
class ConntrackAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int TCP = 6;
  private static final String PREFIX = "kindnet_conntrack_";
  private static final int FIRST_PORT = 20_000;

  /** So many bytes hold a few of them. */
  private static final int SOME_NOTIFICATIONS = 8192;

  private final Namespace host;
  private final NetworkNamespace entered;
  private final Path socket;
  private final Status status = new Status("test");
  private final ConntrackAgent agent;

  ConntrackAgentTest(Namespace host, @TempDir Path directory) {
    this.host = host;
    host.loopbackUp();
    Nft.apply(host, "table ip t { chain c { type filter hook input priority 0; ct state new; }; }");
    entered = NetworkNamespace.open(host.path().toString());
    socket = directory.resolve("run/cni.sock");
    agent = new ConntrackAgent(ConntrackSettings.beside(socket), status);
  }

  @AfterEach
  void close() {
    agent.close();
    entered.close();
  }

  private void start() {
    entered.call(() -> {
      agent.start();
      return 0;
    });
  }

  private void connectAndForget() {
    try (EchoPeer peer = EchoPeer.in(host, "peer")) {
      peer.listen(Transport.TCP, "127.0.0.1", 8080).ask(EchoRequest.tcp("127.0.0.1", 8080));
    }
    entered.call(() -> {
      try (ConntrackSocket conntrack = ConntrackSocket.open()) {
        conntrack.delete(FlowFilter.of(AddressFamily.IPV4, TCP));
      }
      return 0;
    });
  }

  private String sysctl(String name) {
    return host.run("sysctl", "-n", "net.netfilter." + name).strip();
  }

  @Test
  void countsConnectionsUnderTheNamesOfTheOriginal() {
    start();
    connectAndForget();

    Eventually.within(
        DEADLINE,
        () ->
            assertThat(MetricsPage.of(status))
                .contains(PREFIX + "events_counter{type=\"new\"} 1.0")
                .contains(PREFIX + "events_counter{type=\"destroy\"} 1.0")
                .contains(PREFIX + "events_counter{type=\"update\"} 1.0")
                .contains(PREFIX + "connection_bytes_total_count{protocol=\"tcp\"} 1")
                .contains(PREFIX + "connection_bytes_total_bucket{protocol=\"tcp\",le=\"100.0\"} 0")
                .contains(PREFIX + "connection_packets_total_bucket{protocol=\"tcp\",le=\"5.0\"} 0")
                .contains(
                    PREFIX + "connection_packets_total_bucket{protocol=\"tcp\",le=\"50.0\"} 1")
                .contains(PREFIX + "connection_duration_seconds_count{protocol=\"tcp\"} 1")
                .contains(PREFIX + "tcp_connection_seen_reply_latency_milliseconds_count 1")
                .contains(PREFIX + "entries_total 0.0")
                .containsPattern(PREFIX + "entries_max [1-9]")
                .contains(PREFIX + "lost_events_total 0.0")
                .contains(PREFIX + "stats_found_total")
                .contains(PREFIX + "stats_invalid_total")
                .contains(PREFIX + "stats_ignore_total")
                .contains(PREFIX + "stats_insert_total")
                .contains(PREFIX + "stats_insert_failed_total")
                .contains(PREFIX + "stats_early_drop_total")
                .contains(PREFIX + "stats_error_total")
                .contains(PREFIX + "stats_search_restart_total"));
  }

  @Test
  void switchesOnWhatCountsAndPutsItBack() throws Exception {
    assertThat(sysctl("nf_conntrack_acct")).isEqualTo("0");
    host.run("sysctl", "-w", "net.netfilter.nf_conntrack_timestamp=1");
    start();
    assertThat(sysctl("nf_conntrack_acct")).isEqualTo("1");

    // as by kindnetd --cleanup, in another process
    assertThat(entered.call(() -> ConntrackSettings.beside(socket).restore()))
        .containsExactly("net.netfilter.nf_conntrack_acct");
    assertThat(sysctl("nf_conntrack_acct")).isEqualTo("0");
    assertThat(sysctl("nf_conntrack_timestamp")).as("somebody else's").isEqualTo("1");
    assertThat(entered.call(() -> ConntrackSettings.beside(socket).restore())).isEmpty();
    assertThat(socket.resolveSibling("conntrack-settings")).doesNotExist();
  }

  @Test
  void saysWhereTheKernelTellsNothing() throws Exception {
    host.run("sysctl", "-w", "net.netfilter.nf_conntrack_events=0");
    start();
    assertThat(MetricsPage.ofReadiness(status))
        .contains("[+]conntrack ok, but net.netfilter.nf_conntrack_events is 0");
  }

  @Test
  void leavesTheKernelAloneForAWhileAfterALoss() throws Exception {
    Status overloaded = new Status("test");
    try (ConntrackAgent small =
        new ConntrackAgent(ConntrackSettings.beside(socket), SOME_NOTIFICATIONS, overloaded)) {
      entered.call(() -> {
        small.start();
        return 0;
      });
      assertThat(listeners()).hasSize(1);
      Eventually.within(
          DEADLINE,
          () -> {
            makeFlows(1000);
            assertThat(listeners()).isEmpty();
          });
      assertThat(MetricsPage.ofReadiness(overloaded))
          .containsPattern("conntrack ok, but notifications were lost \\d+ times");
      assertThat(MetricsPage.of(overloaded)).containsPattern(PREFIX + "lost_events_total [1-9]");

      Eventually.within(DEADLINE, () -> assertThat(listeners()).hasSize(1));
      String before = newConnections(overloaded);
      Eventually.within(
          DEADLINE,
          () -> {
            makeFlows(1);
            assertThat(newConnections(overloaded)).isNotEqualTo(before);
          });
    }
  }

  /** Sockets to which conntrack tells of connections. */
  private List<String> listeners() {
    return host.run("cat", "/proc/net/netlink")
        .lines()
        .filter(line -> line.matches("\\S+ +12 +\\S+ +0*7 .*"))
        .toList();
  }

  private void makeFlows(int number) throws IOException {
    try (DatagramSocket client = entered.call(() -> new DatagramSocket())) {
      for (int i = 0; i < number; i++) {
        client.send(
            new DatagramPacket(new byte[1], 1, new InetSocketAddress("127.0.0.2", FIRST_PORT + i)));
      }
    }
  }

  private static String newConnections(Status of) throws IOException {
    return MetricsPage.of(of)
        .lines()
        .filter(line -> line.startsWith(PREFIX + "events_counter{type=\"new\"}"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void listsConnectionsWithTheNamesOfPods() {
    Nft.apply(
        host,
        "table ip n { chain c { type nat hook output priority -100;"
            + " ip daddr 127.0.0.3 tcp dport 80 dnat to 127.0.0.2:8080; }; }");
    start();
    try (EchoPeer peer = EchoPeer.in(host, "peer");
        ConntrackSocket conntrack = entered.call(ConntrackSocket::open)) {
      peer.listen(Transport.TCP, "127.0.0.2", 8080);
      peer.listen(Transport.UDP, "127.0.0.5", 53);
      peer.ask(EchoRequest.tcp("127.0.0.3", 80).from("127.0.0.1", 4000));
      peer.ask(EchoRequest.udp("127.0.0.5", 53).from("127.0.0.4", 4001));

      ConnectionReport one =
          ConnectionReport.read(
              conntrack, ConntrackAgentTest::name, Optional.of(Set.of(address("127.0.0.2"))));
      assertThat(one.text().lines().toList()).hasSize(2);
      assertThat(one.text().lines().skip(1).findFirst().orElseThrow())
          .startsWith("tcp")
          .contains("127.0.0.1:4000  127.0.0.3:80 => 127.0.0.2:8080 (shop/web)");
      assertThat(one.json().get(0).get("translatedDestination").get("pod").asText())
          .isEqualTo("shop/web");
      assertThat(one.json().get(0).get("original").get("packets").asLong()).isPositive();

      assertThat(
              ConnectionReport.read(conntrack, ConntrackAgentTest::name, Optional.empty()).text())
          .containsPattern("udp +REPLIED +127.0.0.4:4001 +127.0.0.5:53 +2 +");
    }
  }

  private static Optional<String> name(InetAddress address) {
    return address.equals(address("127.0.0.2")) ? Optional.of("shop/web") : Optional.empty();
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }
}
