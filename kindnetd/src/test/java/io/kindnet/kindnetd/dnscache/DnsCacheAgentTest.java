package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V6;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** The agent on a node with a pod, which asks a name server behind a Service. */
@NetworkNamespaces
@Tag("tproxy")
class DnsCacheAgentTest {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));

  private final Namespace host;
  private final Namespace pod;
  private final Namespace outside;

  @SuppressWarnings("NullAway.Init") // each test begins with it
  private ScriptedNode scripted;

  @SuppressWarnings("NullAway.Init")
  private DnsNode node;

  @SuppressWarnings("NullAway.Init")
  private FixedNameServers servers;

  @SuppressWarnings("NullAway.Init")
  private AtomicInteger asked;

  DnsCacheAgentTest(Namespace host, Namespace pod, Namespace outside) {
    this.host = host;
    this.pod = pod;
    this.outside = outside;
  }

  private void begin(boolean bridged) {
    scripted = new ScriptedNode(host, pod, outside, bridged, DnsCacheAgentTest::answer);
    node = scripted.node;
    servers = scripted.servers;
    asked = scripted.asked;
  }

  private static void answer(ScriptedServer.Asked query) {
    boolean v4 = query.message().getQuestion().getType() == Type.A;
    query.answer(records(query.message(), 60, v4 ? "192.0.2.1" : "2001:db8::1"));
  }

  private DnsCacheAgent startAgent() {
    return scripted.startAgent();
  }

  @AfterEach
  void end() throws IOException {
    scripted.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answersFromTheCacheWhereverThePodIs(boolean bridged) throws IOException {
    begin(bridged);
    startAgent();
    DnsClient client = node.client();

    for (InetAddress server : new InetAddress[] {SERVICE_V4, SERVICE_V6}) {
      long before = node.questions();
      for (int i = 0; i < 3; i++) {
        assertThat(
                client
                    .ask(server, query("a.example.", Type.A))
                    .getSection(Section.ANSWER)
                    .getFirst()
                    .rdataToString())
            .isEqualTo("192.0.2.1");
        assertThat(
                client
                    .askOverTcp(server, query("a.example.", Type.AAAA))
                    .getSection(Section.ANSWER)
                    .getFirst()
                    .rdataToString())
            .isEqualTo("2001:db8:0:0:0:0:0:1");
      }
      assertThat(node.questions()).isEqualTo(before + 2);
    }
  }

  @Test
  void makesTheTableThatNftMakesOfTheSameText(Namespace reference) {
    begin(false);
    String expected = Resources.text(DnsCacheAgentTest.class, "dnscache.nft");
    Nft.apply(reference, expected);

    startAgent();

    Eventually.within(DEADLINE, () -> assertThat(node.table()).isEqualTo(expected));
    assertThat(Nft.withoutCounters(Nft.table(reference, "inet", "kindnet-dnscache")))
        .isEqualTo(expected);
    assertThat(Ip.run(host, "rule", "show", "pref", "53"))
        .contains("from all fwmark 0x1000/0x1000 lookup 10053");
    assertThat(Ip.run(host, "route", "show", "table", "10053"))
        .startsWith("local 10.96.0.10 dev lo");
    assertThat(Ip.run(host, "-6", "route", "show", "table", "10053"))
        .startsWith("local fd96::10 dev lo");
  }

  @Test
  void leavesConnectionsToTheServerThatBeganWithoutIt() throws IOException {
    begin(false);
    DnsClient client = node.client();
    try (Socket before = client.connect(SERVICE_V4)) {
      DnsClient.askOverTcp(before, query("a.example.", Type.A));
      startAgent();

      DnsClient.askOverTcp(before, query("a.example.", Type.A));
      DnsClient.askOverTcp(before, query("a.example.", Type.A));
      assertThat(asked).hasValue(3);
    }
  }

  /** Of the queries of the node itself, none comes to the cache. */
  @Test
  void answersPodsOnly() throws IOException {
    begin(false);
    startAgent();
    DnsClient self = new DnsClient(host);

    self.ask(SERVICE_V4, query("a.example.", Type.A));
    self.ask(SERVICE_V4, query("a.example.", Type.A));

    assertThat(asked).hasValue(2);
  }

  @Test
  void followsTheNameServers() throws IOException {
    begin(false);
    startAgent();
    DnsClient client = node.client();

    servers.set(SERVICE_V6);
    scripted.awaitIntercepted(false);
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Ip.run(host, "route", "show", "table", "all")).doesNotContain("10.96.0.10"));
    client.ask(SERVICE_V4, query("a.example.", Type.A));
    client.ask(SERVICE_V4, query("a.example.", Type.A));
    assertThat(asked).hasValue(2);

    servers.set(SERVICE_V4, SERVICE_V6);
    scripted.awaitIntercepted(true);
    client.ask(SERVICE_V4, query("a.example.", Type.A));
    client.ask(SERVICE_V4, query("a.example.", Type.A));
    assertThat(node.questions()).isEqualTo(1);
  }

  /** The server gets it from the pod, and answers the pod. */
  @ParameterizedTest
  @ValueSource(strings = {"10.96.0.10 10.244.0.5", "fd96::10 fd00::5"})
  void leavesToTheServerWhatIsNoQuery(String addresses) throws IOException {
    begin(false);
    startAgent();
    InetAddress service = InetAddress.ofLiteral(addresses.split(" ")[0]);
    InetAddress source = InetAddress.ofLiteral(addresses.split(" ")[1]);
    BlockingQueue<SocketAddress> sources = new LinkedBlockingQueue<>();
    scripted.script(query -> {
      sources.add(query.from());
      query.answer(new byte[] {9, 8, 7});
    });
    try (DatagramSocket socket = node.client().datagramSocket()) {
      socket.connect(new InetSocketAddress(service, 53));
      socket.send(new DatagramPacket(new byte[] {1, 2, 3}, 3));
      DatagramPacket answer = new DatagramPacket(new byte[10], 10);
      socket.receive(answer);

      assertThat(Arrays.copyOf(answer.getData(), answer.getLength())).containsExactly(9, 8, 7);
      assertThat(sources).containsExactly(new InetSocketAddress(source, socket.getLocalPort()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nft flush ruleset",
        "nft delete table inet kindnet-dnscache",
        "nft flush chain inet kindnet-dnscache intercept-v4",
        "nft delete element inet kindnet-dnscache set-v4-nameservers { 10.96.0.10 }",
        "ip rule delete pref 53",
        "ip route flush table 10053"
      })
  void putsRightWhatOthersChange(String command) {
    begin(false);
    startAgent();
    String table = node.table();

    host.run(command.split(" "));

    Eventually.within(
        DEADLINE,
        () -> {
          assertThat(node.table()).isEqualTo(table);
          assertThat(Ip.run(host, "rule", "show", "pref", "53")).contains("lookup 10053");
          assertThat(Ip.run(host, "route", "show", "table", "10053")).contains("10.96.0.10");
        });
  }

  @Test
  void leavesNothingWhereItIsDisabled() throws IOException {
    begin(false);
    DnsCacheAgent agent = startAgent();
    agent.close();

    for (int i = 0; i < 2; i++) {
      agent.removeState();

      assertThat(Nft.ruleset(host)).doesNotContain("kindnet-dnscache");
      assertThat(Ip.run(host, "rule")).doesNotContain("10053");
      assertThat(Ip.run(host, "-6", "rule")).doesNotContain("10053");
      assertThat(Ip.run(host, "route", "show", "table", "all")).doesNotContain("10.96.0.10");
    }
    node.client().ask(SERVICE_V4, query("a.example.", Type.A));
    assertThat(asked).hasValue(1);
  }

  /** A firewall of the node that does not know of the cache. */
  @Test
  void givesUpWhereTheNodeDropsWhatPodsSend() throws IOException {
    begin(false);
    Nft.apply(
        host,
        """
        table inet firewall {
          chain input {
            type filter hook input priority filter;
            iifname "knet*" udp dport 53 drop
          }
        }
        """);
    startAgent();
    try (DatagramSocket socket = node.client().datagramSocket()) {
      socket.connect(new InetSocketAddress(SERVICE_V4, 53));
      byte[] bytes = query("a.example.", Type.A).toWire();
      Eventually.within(
          DEADLINE,
          () -> {
            socket.send(new DatagramPacket(bytes, bytes.length));
            assertThat(node.table()).doesNotContain("10.96.0.10");
          });
    }

    node.client().ask(SERVICE_V4, query("b.example.", Type.A));
    assertThat(asked.get()).isPositive();
  }

  /** A name server of the node itself, for one. */
  @Test
  void servesTheOthersWhereAnotherProgramHasAnAddress() throws IOException {
    begin(false);
    Ip.batch(host, "addr add 10.96.0.10/32 dev lo\n");
    try (ScriptedServer other =
        DnsNode.in(host, () -> ScriptedServer.start(new InetSocketAddress(SERVICE_V4, 53)))) {
      other.script(query -> query.answer(records(query.message(), 60, "192.0.2.77")));
      node.start(node.agent(servers, /* byPolicies= */ false));

      Eventually.within(
          DEADLINE, () -> assertThat(node.table()).contains("elements = { fd96::10 }"));
      assertThat(node.table()).doesNotContain("10.96.0.10");
      Nft.apply(host, "delete table inet kube-proxy");
      assertThat(
              node.client()
                  .ask(SERVICE_V4, query("a.example.", Type.A))
                  .getSection(Section.ANSWER)
                  .getFirst()
                  .rdataToString())
          .isEqualTo("192.0.2.77");
    }
  }
}
