package io.kindnet.kindnetd.nat64;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoReply;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Transport;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A pod with the address of the pool that another pod had, in a pool that is used up. */
@NetworkNamespaces
@Tag("bpf")
class PoolReuseTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration NO_ANSWER = Duration.ofMillis(500);
  private static final int SIZE = 254;
  private static final int PORT = 5001;
  private static final String NEXT_POD = "fd00:10:244::6";

  private final Namespace node;
  private final Namespace pod;
  private final Namespace next;
  private final Namespace server;
  private final Nat64Node fixture;
  private final Nat64Agent agent;

  PoolReuseTest(Namespace node, Namespace pod, Namespace next, Namespace router, Namespace server) {
    this.node = node;
    this.pod = pod;
    this.next = next;
    this.server = server;
    fixture = new Nat64Node(node, pod, router, server);
    fixture.plug("knet2", next, NEXT_POD);
    Nat64Options options = Nat64Node.OPTIONS;
    agent =
        fixture.agent(
            new Nat64Options(
                true, options.prefix(), IpPrefix.parse("240.64.7.0/24"), options.allowed()),
            fixture.status);
  }

  @AfterEach
  void close() {
    agent.close();
    fixture.close();
  }

  /** How many datagrams of UDP came to a pod, and whether anybody wanted them. */
  private static long datagrams(Namespace of) {
    return of.run("cat", "/proc/net/snmp6")
        .lines()
        .filter(line -> line.matches("Udp6(InDatagrams|NoPorts) .*"))
        .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
        .sum();
  }

  private void send(EchoReply asked) {
    try (EchoPeer late = EchoPeer.in(server, "late")) {
      EchoRequest request =
          EchoRequest.udp(Nat64Node.NODE, asked.peerPort())
              .from(Nat64Node.SERVER, PORT)
              .waiting(NO_ANSWER);
      assertThat(late.tryAsk(request)).isEmpty();
    }
  }

  @Test
  void getsNothingThatWasForTheOther() {
    fixture.translate(agent, pod);
    EchoReply asked;
    try (EchoPeer client = EchoPeer.in(pod, "client");
        EchoPeer there = EchoPeer.in(server, "server")) {
      there.listen(Transport.UDP, Nat64Node.SERVER, PORT);
      asked = client.ask(EchoRequest.udp(Nat64Node.SERVER_V6, PORT));
    }
    long before = datagrams(pod);
    send(asked);
    assertThat(datagrams(pod)).as("what the server sends comes").isGreaterThan(before);

    for (int i = 0; i < SIZE - 1; i++) {
      fixture.addPod("fd00:10:244::1:" + Integer.toHexString(i), "other" + i);
    }
    Eventually.within(
        DEADLINE,
        () -> assertThat(MetricsPage.ofReadiness(fixture.status)).contains(", " + SIZE + " pods"));
    fixture.removePod(Nat64Node.POD);
    fixture.addPod(NEXT_POD, "b");
    Nat64Node.awaitPing(next);
    assertThat(node.run("conntrack", "-L", "-f", "ipv4", "-p", "icmp")).contains("src=240.64.7.1 ");

    send(asked);
    assertThat(datagrams(next)).isZero();
    assertThat(List.of(node.run("conntrack", "-L", "-f", "ipv4", "-p", "udp").split("\n")))
        .noneMatch(line -> line.contains("240.64.7.1 "));
  }
}
