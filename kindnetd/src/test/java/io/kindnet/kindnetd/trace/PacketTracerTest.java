package io.kindnet.kindnetd.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.JavaProcess;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real packets of a pod, through a node whose rules others have made. */
@NetworkNamespaces
@Tag("owner")
class PacketTracerTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int TCP = 6;
  private static final String CLIENT = "10.244.0.5";
  private static final String SERVER = "10.244.0.6";

  private final Namespace node;
  private final Namespace client;
  private final Namespace server;
  private final NetworkNamespace entered;
  private final ExecutorService executor = Executors.newCachedThreadPool();

  PacketTracerTest(Namespace node, Namespace client, Namespace server) {
    this.node = node;
    this.client = client;
    this.server = server;
    entered = NetworkNamespace.open(node.path().toString());
  }

  @BeforeEach
  void connect() {
    pod(client, CLIENT, "knetclient");
    pod(server, SERVER, "knetserver");
    node.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
  }

  private void pod(Namespace pod, String address, String link) {
    pod.loopbackUp();
    node.connect(link, pod, "eth0");
    Ip.batch(
        pod,
        """
        address add %s/32 dev eth0
        route add 10.244.0.1 dev eth0 scope link
        route add default via 10.244.0.1
        """
            .formatted(address));
    Ip.batch(
        node,
        """
        address add 10.244.0.1/32 dev %s
        route add %s dev %s
        """
            .formatted(link, address, link));
  }

  @AfterEach
  void close() {
    executor.shutdownNow();
    entered.close();
  }

  private static TraceQuestion question(int count, Duration timeout) {
    return new TraceQuestion(
        Set.of(IpAddresses.parse(CLIENT)),
        Set.of(),
        Optional.of(TCP),
        Optional.of(80),
        count,
        timeout);
  }

  /** Traces while {@code traffic} goes on. */
  private TraceReport trace(TraceQuestion question, Runnable traffic) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Future<TraceReport> report =
        executor.submit(
            () -> entered.call(() -> PacketTracer.trace(question, new Names(), begun::countDown)));
    assertThat(begun.await(Deadlines.scaled(DEADLINE).toSeconds(), TimeUnit.SECONDS)).isTrue();
    traffic.run();
    return report.get(Deadlines.scaled(DEADLINE).toSeconds(), TimeUnit.SECONDS);
  }

  private static final class Names implements NodeFacts {
    @Override
    public Optional<String> podAt(InetAddress address) {
      return switch (IpAddresses.format(address)) {
        case CLIENT -> Optional.of("shop/cart");
        case SERVER -> Optional.of("shop/db");
        default -> Optional.empty();
      };
    }

    @Override
    public List<String> policies(
        InetAddress source, InetAddress destination, int protocol, int port) {
      return List.of(
          "ingress of " + podAt(destination).orElse("nobody") + " at port " + port + ": allowed");
    }
  }

  private void ask(String address, int port) {
    try (EchoPeer one = EchoPeer.in(client, "client");
        EchoPeer other = EchoPeer.in(server, "server")) {
      other.listen(Transport.TCP, SERVER, 8080).listen(Transport.TCP, SERVER, 80);
      one.ask(EchoRequest.tcp(address, port).from(CLIENT, 4000));
    }
  }

  /** Sends the first packet of a connection, and waits for no answer. */
  private void tryToConnect(String address) {
    try (NetworkNamespace namespace = NetworkNamespace.open(client.path().toString());
        SocketChannel channel = namespace.call(SocketChannel::open)) {
      channel.configureBlocking(false);
      channel.connect(new InetSocketAddress(InetAddress.ofLiteral(address), 80));
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  @Test
  void tellsTheWayOfAConnectionThatIsTranslated() throws Exception {
    Nft.apply(
        node,
        """
        table ip proxy {
          map services { type ipv4_addr . inet_service : ipv4_addr . inet_service;
            elements = { 10.96.0.7 . 80 : 10.244.0.6 . 8080 }; }
          chain nat { type nat hook prerouting priority dstnat;
            meta l4proto tcp dnat ip to ip daddr . tcp dport map @services; }
          chain after { type filter hook postrouting priority 0; ip daddr 10.244.0.6 counter comment "to the db"; }
          chain source { type nat hook postrouting priority srcnat; ip saddr 10.244.0.5 masquerade; }
        }
        """);

    TraceReport report = trace(question(2, DEADLINE), () -> ask("10.96.0.7", 80));

    assertThat(report.lost()).isFalse();
    assertThat(report.text()).doesNotContain("there no more");
    assertThat(report.dropped()).isZero();
    assertThat(report.stories()).hasSize(2);
    assertThat(report.text().lines().toList())
        .containsSubsequence(
            "packet 1: TCP 10.244.0.5:4000 (shop/cart) -> 10.96.0.7:80",
            "  arrived      by knetclient",
            "  translated   destination to 10.244.0.6:8080",
            "  routed       to knetserver",
            "  postrouting  table ip proxy, chain after: ip daddr 10.244.0.6 counter comment \"to the db\"",
            "  postrouting  table ip proxy, chain source: ip saddr 10.244.0.5 masquerade -> accept",
            "  policies     ingress of shop/db at port 8080: allowed")
        .containsSubsequence(
            "packet 2: TCP 10.244.0.6:8080 (shop/db) -> 10.244.0.1:4000",
            "  arrived      by knetserver",
            "2 packets, 0 dropped");
    assertThat(report.text())
        .containsPattern("(?m)^  prerouting   table ip proxy, chain nat: .*dnat ip to .*-> accept$")
        .containsPattern("(?m)^  translated   source to 10\\.244\\.0\\.1:4000$")
        .containsPattern("(?m)^  answered     by packet 2(, after \\d+\\.\\d\\d ms)?$");
    assertThat(report.json().get("packets").get(0).get("answer").get("packet").asInt())
        .isEqualTo(2);
    assertThat(report.json().get("packets").get(0).get("steps").findValuesAsText("kind"))
        .startsWith("arrived")
        .contains("translated", "routed", "postrouting");
    assertThat(Nft.ruleset(node)).doesNotContain("kindnet-trace");
  }

  @Test
  void namesThePolicyOfAChainThatDrops() throws Exception {
    Nft.apply(
        node,
        """
        table ip filter {
          chain DOCKER-USER { counter return; }
          chain FORWARD { type filter hook forward priority 0; policy drop; counter jump DOCKER-USER; }
        }
        """);

    TraceReport report = trace(question(1, DEADLINE), () -> tryToConnect(SERVER));

    assertThat(report.dropped()).isEqualTo(1);
    assertThat(report.text().lines().toList())
        .containsSubsequence(
            "  routed       to knetserver",
            "  forward      table ip filter, chain FORWARD: counter jump DOCKER-USER",
            "  forward      table ip filter, chain DOCKER-USER: counter return",
            "  dropped      table ip filter, chain FORWARD: policy drop",
            "               that is the FORWARD policy of table ip filter, as Docker sets it");
    assertThat(report.json().get("packets").get(0).get("steps").findValuesAsText("reason"))
        .containsExactly("the FORWARD policy of table ip filter, as Docker sets it");
  }

  @Test
  void namesTheRuleThatDrops() throws Exception {
    Nft.apply(
        node,
        """
        table inet firewalld {
          chain filter_FORWARD { type filter hook forward priority 10; iifname "knet*" tcp dport 80 drop comment "no web"; }
        }
        """);

    TraceReport report = trace(question(1, DEADLINE), () -> tryToConnect(SERVER));

    assertThat(report.text())
        .contains(
            "  dropped      table inet firewalld, chain filter_FORWARD: iifname \"knet*\" tcp dport 80"
                + " drop comment \"no web\"")
        .contains("a rule of chain filter_FORWARD of table inet firewalld, firewalld's");
  }

  @Test
  void saysWhereAPacketVanishesThatNoRuleDropped() throws Exception {
    TraceReport report = trace(question(1, DEADLINE), () -> tryToConnect("192.0.2.1"));

    assertThat(report.dropped()).isZero();
    assertThat(report.text()).contains("  vanished     behind prerouting").contains("no route");
  }

  @Test
  void tracesNoMoreThanWasAskedFor() throws Exception {
    TraceQuestion question =
        new TraceQuestion(
            Set.of(IpAddresses.parse(CLIENT)),
            Set.of(),
            Optional.empty(),
            Optional.empty(),
            10,
            DEADLINE);

    TraceReport report =
        trace(
            question,
            () ->
                client.run(
                    "bash",
                    "-c",
                    "for i in $(seq 1 2000); do echo > /dev/udp/10.244.0.6/9; done 2>/dev/null"));

    assertThat(report.stories()).hasSize(10);
    assertThat(report.stories()).allMatch(story -> !story.dropped());
  }

  @Test
  void endsAfterTheTime() throws Exception {
    TraceReport report = trace(question(5, Duration.ofMillis(100)), () -> {});

    assertThat(report.stories()).isEmpty();
    assertThat(report.text()).isEqualTo("0 packets, 0 dropped\n");
  }

  @Test
  void theKernelRemovesTheTableOfAProcessThatIsKilled() throws Exception {
    Process tracing = node.start(JavaProcess.command(Forever.class).toArray(String[]::new));
    try {
      Eventually.within(
          DEADLINE, () -> assertThat(Nft.ruleset(node)).contains("table inet kindnet-trace-"));
    } finally {
      tracing.destroyForcibly();
    }
    Eventually.within(DEADLINE, () -> assertThat(Nft.ruleset(node)).isEmpty());
  }

  /** Traces what never comes. */
  static final class Forever {
    private Forever() {}

    public static void main(String[] arguments) {
      PacketTracer.trace(question(1, Duration.ofDays(1)), new Names(), () -> {});
    }
  }
}
