package io.kindnet.netlink.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.KernelVersion;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real connections over loopback, of which the kernel tells. */
@NetworkNamespaces
class FlowReportsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int TCP = 6;
  private static final int TCP_CONNTRACK_TIME_WAIT = 7;
  private static final int UDP = 17;

  private final Namespace host;
  private final NetworkNamespace entered;

  FlowReportsTest(Namespace host) {
    this.host = host;
    host.loopbackUp();
    Nft.apply(
        host, "table ip track { chain c { type filter hook input priority 0; ct state new; }; }");
    entered = NetworkNamespace.open(host.path().toString());
    set("nf_conntrack_acct", "1");
    set("nf_conntrack_timestamp", "1");
  }

  @AfterEach
  void close() {
    entered.close();
  }

  private void set(String setting, String value) {
    entered.call(() ->
        Files.writeString(
            Path.of("/proc/sys/net/netfilter", setting), value, StandardOpenOption.WRITE));
  }

  @Test
  void tellsOfAConnectionFromItsBeginToItsEnd() throws Exception {
    List<FlowReport> all = new ArrayList<>();
    try (FlowReports reports = entered.call(() -> FlowReports.open(1 << 20));
        EchoPeer peer = EchoPeer.in(host, "peer")) {
      peer.listen(Transport.TCP, "127.0.0.1", 8080).ask(EchoRequest.tcp("127.0.0.1", 8080));
      entered.call(() -> {
        try (ConntrackSocket socket = ConntrackSocket.open()) {
          assertThat(socket.statistics().entries()).isEqualTo(1);
          assertThat(socket.statistics().maximum()).isPositive();
          assertThat(socket.statistics().counters())
              .containsKeys(
                  ConntrackStatistics.Counter.INSERT_FAILED, ConntrackStatistics.Counter.INVALID);
          // the server closes a moment after the client
          Eventually.within(
              DEADLINE,
              () ->
                  assertThat(socket.list(AddressFamily.IPV4).getFirst().details().tcpState())
                      .isEqualTo(TCP_CONNTRACK_TIME_WAIT));
          Flow flow = socket.list(AddressFamily.IPV4).getFirst();
          assertThat(flow.details().original().packets()).isPositive();
          assertThat(flow.details().startNanos()).isPositive();
          socket.delete(List.of(flow));
        }
        return 0;
      });
      Eventually.within(
          DEADLINE,
          () -> {
            reports.take(all::add);
            assertThat(all).extracting(FlowReport::kind).contains(FlowEvent.Kind.DESTROYED);
          });
    }

    assertThat(all).allMatch(report -> report.protocol() == TCP);
    assertThat(all).extracting(FlowReport::id).containsOnly(all.getFirst().id());
    assertThat(all.getFirst().kind()).isEqualTo(FlowEvent.Kind.NEW);
    assertThat(all)
        .as("of the changes only the answer")
        .filteredOn(report -> report.kind() == FlowEvent.Kind.CHANGED)
        .extracting(FlowReport::tcpState)
        .containsExactly(FlowReport.TCP_CONNTRACK_SYN_RECV);
    FlowReport end = all.getLast();
    assertThat(end.packets()).isGreaterThanOrEqualTo(8);
    assertThat(end.bytes()).isGreaterThan(8 * 40);
    assertThat(end.startNanos()).isPositive();
    assertThat(end.stopNanos()).isGreaterThan(end.startNanos());
    assertThat(Instant.ofEpochSecond(0, end.startNanos()))
        .isBetween(Instant.now().minus(DEADLINE), Instant.now().plusSeconds(1));
    if (KernelVersion.running().isAtLeast(6, 14)) {
      assertThat(all).allMatch(report -> report.eventNanos() != 0);
    }
  }

  @Test
  void saysThatSomeWereLost() {
    try (FlowReports reports = entered.call(() -> FlowReports.open(4096));
        ConntrackSocket socket = entered.call(ConntrackSocket::open)) {
      host.run(
          "bash", "-c", "for p in $(seq 1 200); do echo > /dev/udp/127.0.0.1/$p; done 2>/dev/null");
      assertThat(reports.await(DEADLINE)).isTrue();
      List<FlowReport> some = new ArrayList<>();
      assertThat(reports.take(some::add).lost()).isTrue();
      assertThat(some).hasSizeLessThan(200).allMatch(report -> report.protocol() == UDP);
      assertThat(socket.statistics().entries()).as("nobody was held up").isEqualTo(200);
    }
  }

  @Test
  void closingEndsTheWait() throws Exception {
    FlowReports reports = entered.call(() -> FlowReports.open(4096));
    Thread waiting = Thread.ofPlatform().start(() -> reports.await(Duration.ofDays(1)));
    reports.close();
    waiting.join(DEADLINE);
    assertThat(waiting.isAlive()).isFalse();
    assertThat(reports.isClosed()).isTrue();
  }
}
