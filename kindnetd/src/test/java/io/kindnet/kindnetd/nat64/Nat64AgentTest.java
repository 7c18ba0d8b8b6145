package io.kindnet.kindnetd.nat64;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import io.kindnet.netlink.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pod that has IPv6 only, a server that has IPv4 only, a router between node and server. */
@NetworkNamespaces
@Tag("bpf")
class Nat64AgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String EXPECTED = Resources.text(Nat64AgentTest.class, "nat64.nft");
  private static final String OTHER_POD = "fd00:10:244::6";

  private final Namespace node;
  private final Namespace pod;
  private final Namespace router;
  private final Namespace server;
  private final Nat64Node fixture;
  private final Nat64Agent agent;

  Nat64AgentTest(Namespace node, Namespace pod, Namespace router, Namespace server) {
    this.node = node;
    this.pod = pod;
    this.router = router;
    this.server = server;
    fixture = new Nat64Node(node, pod, router, server);
    agent = fixture.agent();
  }

  @AfterEach
  void close() {
    agent.close();
    fixture.close();
  }

  private boolean pings(Namespace from, String... options) {
    String[] command = new String[options.length + 4];
    command[0] = "ping";
    System.arraycopy(options, 0, command, 1, options.length);
    command[command.length - 3] = "-W";
    command[command.length - 2] = "2";
    command[command.length - 1] = Nat64Node.SERVER_V6;
    return from.tryRun(command).succeeded();
  }

  private String table() {
    return Nft.withoutCounters(
        node.tryRun("nft", "list", "table", "inet", "kindnet-nat64").stdout());
  }

  private String links() {
    return node.run("ip", "-o", "link", "show", "type", "veth");
  }

  @Test
  void podsReachServersWhichSeeTheNode() throws IOException {
    fixture.translate(agent, pod);
    try (EchoPeer client = EchoPeer.in(pod, "client");
        EchoPeer there = EchoPeer.in(server, "server")) {
      for (Transport transport : new Transport[] {Transport.TCP, Transport.UDP}) {
        there.listen(transport, Nat64Node.SERVER, 5001);
        EchoRequest request = EchoRequest.to(transport, Nat64Node.SERVER_V6, 5001);
        assertThat(client.ask(request).peer().getHostAddress()).isEqualTo(Nat64Node.NODE);
      }
    }
    String metrics = MetricsPage.of(fixture.status);
    assertThat(metrics)
        .contains("kindnet_nat64_connections_total{protocol=\"tcp\"} 1.0")
        .contains("kindnet_nat64_connections_total{protocol=\"udp\"} 1.0")
        .containsPattern("kindnet_nat64_packets_total\\{to=\"ipv6\"} [1-9]")
        .containsPattern("kindnet_nat64_bytes_total\\{to=\"ipv4\"} [1-9]");
    assertThat(table()).isEqualTo(EXPECTED);
  }

  /** Of the addresses that the pod uses, not once more of those that the node uses. */
  @Test
  void listenersHearOfAConnectionOnce(@TempDir Path directory) throws IOException {
    fixture.translate(agent, pod);
    Path ipv4 = directory.resolve("ipv4");
    Path ipv6 = directory.resolve("ipv6");
    String listen = "exec conntrack -E -f \"$0\" >\"$1\"";
    node.start("sh", "-c", listen, "ipv4", ipv4.toString());
    node.start("sh", "-c", listen, "ipv6", ipv6.toString());
    Eventually.within(
        DEADLINE,
        () -> {
          assertThat(pings(pod, "-c", "1")).isTrue();
          node.run("ping", "-c", "1", "-W", "2", Nat64Node.SERVER);
          assertThat(ipv6).content().contains("dst=64:ff9b::c633:6409");
          assertThat(ipv4).content().contains("src=" + Nat64Node.NODE);
        });
    assertThat(ipv4).content().doesNotContain("240.64.0.1");
  }

  @Test
  void refusesWhatIsNotGlobalAndTheNodeItself() throws IOException {
    fixture.translate(agent, pod);
    for (String refused : new String[] {"64:ff9b::10.0.0.1", "64:ff9b::" + Nat64Node.NODE}) {
      // the kernel sends few errors a second to one host
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(pod.tryRun("ping", "-c", "1", "-W", "1", refused).stdout())
                  .as(refused)
                  .contains("Administratively prohibited"));
    }
    assertThat(MetricsPage.of(fixture.status))
        .containsPattern("kindnet_nat64_refused_packets_total\\{reason=\"not-global\"} [1-9]");
  }

  @Test
  void tellsPodsWhatHappensToTheirPacketsOnTheWay() throws IOException {
    fixture.translate(agent, pod);
    assertThat(pod.tryRun("ping", "-c", "1", "-t", "3", Nat64Node.SERVER_V6).stdout())
        .contains("From 64:ff9b::c000:202 icmp_seq=1 Time exceeded");
    Ip.batch(router, "link set server mtu 1400\n");
    assertThat(pod.tryRun("ping", "-c", "1", "-M", "do", "-s", "1430", Nat64Node.SERVER_V6))
        .satisfies(result -> assertThat(result.stdout()).contains("Packet too big: mtu=1420"));
    assertThat(pod.run("ip", "-6", "route", "get", Nat64Node.SERVER_V6)).contains("mtu 1420");
    assertThat(pings(pod, "-c", "1", "-s", "1372")).isTrue();
  }

  @Test
  void leavesOtherPacketsThanThoseOfItsPodsAlone(Namespace other) throws IOException {
    fixture.translate(agent, pod);
    fixture.plug("knet2", other, OTHER_POD);
    assertThat(pings(other, "-c", "1")).isFalse();
    fixture.addPod(OTHER_POD, "b");
    Eventually.within(DEADLINE, () -> assertThat(pings(other, "-c", "1")).isTrue());
    String one = "ip saddr 240.64.0.1";
    router.run("ip", "route", "add", "240.64.0.0/16", "via", Nat64Node.NODE);
    assertThat(server.tryRun("ping", "-c", "1", "-W", "1", "240.64.0.1").succeeded())
        .as("nobody reaches a pod by its address of the pool: %s", one)
        .isFalse();
    assertThat(MetricsPage.of(fixture.status))
        .contains("kindnet_nat64_refused_packets_total{reason=\"unasked\"} 1.0");
  }

  @Test
  void whatAPodHadIsForgottenBeforeAnotherOneHasItsAddress() throws IOException {
    fixture.translate(agent, pod);
    assertThat(node.run("conntrack", "-L", "-f", "ipv4")).contains("src=240.64.0.1 ");
    fixture.removePod(Nat64Node.POD);
    Eventually.within(
        DEADLINE,
        () -> assertThat(node.run("conntrack", "-L", "-f", "ipv4")).doesNotContain("240.64.0.1 "));
    assertThat(pings(pod, "-c", "1")).isFalse();
    fixture.addPod(Nat64Node.POD, "b");
    Eventually.within(DEADLINE, () -> assertThat(pings(pod, "-c", "1")).isTrue());
    assertThat(node.run("conntrack", "-L", "-f", "ipv4")).contains("src=240.64.0.2 ");
  }

  @Test
  void goesOnWithoutTheAgentAndThroughItsReplacement() throws IOException {
    fixture.translate(agent, pod);
    String links = links();
    agent.close();
    assertThat(pings(pod, "-c", "3", "-i", "0.2")).isTrue();
    Process pinging = pod.start("ping", "-c", "50", "-i", "0.02", Nat64Node.SERVER_V6);
    Status next = new Status("next");
    Nat64Agent replacement = fixture.agent(Nat64Node.OPTIONS, next);
    try {
      fixture.start(replacement);
      Eventually.within(
          DEADLINE, () -> assertThat(MetricsPage.ofReadiness(next)).contains("1 pods"));
      assertThat(output(pinging)).contains(" 0% packet loss");
      assertThat(links()).isEqualTo(links);
      assertThat(node.run("conntrack", "-L", "-f", "ipv4")).doesNotContain("240.64.0.2");
      assertThat(MetricsPage.of(next))
          .as("what was counted before")
          .containsPattern("kindnet_nat64_packets_total\\{to=\"ipv4\"} [1-9]");
    } finally {
      replacement.close();
    }
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void putsBackWhatOthersTakeAway() throws IOException {
    fixture.translate(agent, pod);
    String[][] damages = {
      {"ip", "link", "delete", "knet-nat64"},
      {"tc", "qdisc", "delete", "dev", "knet-nat64-v4", "clsact"},
      {"nft", "delete", "table", "inet", "kindnet-nat64"},
      {"nft", "add", "chain", "inet", "kindnet-nat64", "theirs"},
      {
        "nft",
        "add chain inet kindnet-nat64 theirs;"
            + "add rule inet kindnet-nat64 prerouting jump theirs"
      },
      {"ip", "route", "delete", "240.64.0.0/16"},
      {"ip", "link", "set", "knet-nat64-v4", "down"},
    };
    for (String[] damage : damages) {
      node.run(damage);
      if (damage[0].equals("tc")) {
        node.run("ip", "link", "set", "knet-nat64-v4", "alias", "noticed"); // no event of its own
      }
      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(pings(pod, "-c", "1")).as(String.join(" ", damage)).isTrue();
            assertThat(table()).isEqualTo(EXPECTED);
          });
    }
  }

  @Test
  void makesNothingWherePodsHaveIpv4AndRemovesAllWhenTold() throws IOException {
    fixture.translate(agent, pod);
    fixture.podCidrs(Nat64Node.POD_CIDR, "10.244.0.0/24");
    Eventually.within(DEADLINE, () -> assertThat(links()).doesNotContain("nat64"));
    Eventually.within(DEADLINE, () -> assertThat(table()).isEmpty());
    assertThat(MetricsPage.ofReadiness(fixture.status))
        .contains("off: pods of this node have IPv4");
    fixture.podCidrs(Nat64Node.POD_CIDR);
    Eventually.within(DEADLINE, () -> assertThat(pings(pod, "-c", "1")).isTrue());
    agent.close();
    agent.removeState();
    assertThat(links()).doesNotContain("nat64");
    assertThat(table()).isEmpty();
    assertThat(node.run("ip", "route")).doesNotContain("240.64");
  }
}
