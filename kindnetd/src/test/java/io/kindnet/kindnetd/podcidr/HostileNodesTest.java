package io.kindnet.kindnetd.podcidr;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.MessageRecorder.Direction;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a Node with bad pod CIDRs changes on another machine, seen in the kernel: nothing. */
@NetworkNamespaces
class HostileNodesTest {
  private static final String PEER_V4 = "10.244.4.0/24";
  private static final String PEER_V6 = "fd00:1::/64";

  private final Namespace host;
  private final Namespace network;
  private final Path resolver;
  private HostFixture fixture;

  HostileNodesTest(Namespace host, Namespace network, @TempDir Path directory) throws IOException {
    this.host = host;
    this.network = network;
    resolver = directory.resolve("resolv.conf");
    Files.writeString(
        resolver,
        """
        # comment
        search example.org
        nameserver 127.0.0.53
        nameserver fe80::1%eth0
        nameserver 203.0.113.53
        """);
    fixture = new HostFixture(host, network, resolver, List.of(), "198.51.100.10", "10.96.0.1");
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource({
    "172.30.0.0/24, 'it contains 172.30.0.254, a gateway of this machine'",
    "172.30.0.0/16, 'it contains 172.30.0.254, a gateway of this machine'",
    "fd00:172:30::/64, 'it contains fd00:172:30::fe, a gateway of this machine'",
    "172.30.7.0/24, 'it overlaps 172.30.0.0/16, a network of this machine'",
    "172.16.0.0/12, 'it contains 172.30.0.254, a gateway of this machine'",
    "172.30.1.0/24, 'it contains 172.30.1.1, an address of this machine'",
    "fd00:172:30:0:5::/80, 'it overlaps fd00:172:30::/64, a network of this machine'",
    "198.51.100.0/24, 'it contains 198.51.100.10, an address of the API server'",
    "198.51.100.10/32, 'it contains 198.51.100.10, an address of the API server'",
    "203.0.113.0/24, 'it contains 203.0.113.53, a name server of this machine'",
    "10.96.0.0/24, 'it contains 10.96.0.1, an address of the API server'",
    "192.0.2.0/24, 'it contains 192.0.2.77, an address of node far'",
    "0.0.0.0/0, 'it overlaps 0.0.0.0/8 (this network)'",
    "::/0, 'it overlaps ::/128 (unspecified)'",
    "127.0.0.0/8, 'it overlaps 127.0.0.0/8 (loopback)'",
    "224.0.0.0/8, 'it overlaps 224.0.0.0/4 (multicast)'",
    "169.254.0.0/16, 'it overlaps 169.254.0.0/16 (link-local)'",
    "fe80::/64, 'it overlaps fe80::/10 (link-local)'",
    "10.244.0.0/16, 'it overlaps 10.244.0.0/24 of node self'",
    "10.244.4.0/25, 'it overlaps 10.244.4.0/24 of node peer'"
  })
  void nothingIsTakenOver(String cidr, String reason) throws IOException {
    fixture.startWithNodes();
    fixture.joinPeer();
    fixture.join("far", 3, List.of(), "192.0.2.77");
    fixture.assertReached(PEER_V4, PEER_V6);
    String before = everything();

    fixture.joinHostile(cidr, "10.244.9.0/24");

    fixture.assertReached(PEER_V4, PEER_V6, "10.244.9.0/24");
    assertThat(fixture.leftOut("hostile")).containsExactly(cidr + ": " + reason);
    assertThat(MetricsPage.of(fixture.status))
        .contains("kindnet_pod_cidrs_left_out 1.0", "kindnet_unrouted_pod_cidrs 0.0");
    assertThat(ReadinessPage.of(fixture.status))
        .contains("[+]pod-cidrs ok, but 1 pod CIDR is left out, see the log\n", "[+]routes ok\n")
        .endsWith("\nready\n");

    fixture.nodes.remove("hostile");
    fixture.assertReached(PEER_V4, PEER_V6);
    assertThat(everything()).isEqualTo(before);
    assertThat(ReadinessPage.of(fixture.status)).contains("[+]pod-cidrs ok\n");
  }

  private String everything() {
    return host.run("ip", "-N", "route") + host.run("ip", "-N", "-6", "route");
  }

  @Test
  void whatWasDeclaredIsAllThatIsAccepted(@TempDir Path empty) {
    fixture.close();
    Ip.run(host, "link", "del", "eth0");
    List<IpPrefix> declared =
        List.of(IpPrefix.parse("10.244.0.0/16"), IpPrefix.parse("172.30.128.0/17"));
    fixture = new HostFixture(host, network, empty.resolve("absent"), declared);
    fixture.startWithNodes();
    fixture.joinPeer();
    fixture.joinHostile("10.245.0.0/24", "10.244.9.0/24", "172.30.200.0/24");
    fixture.assertReached(PEER_V4, PEER_V6, "10.244.9.0/24", "172.30.200.0/24");
    assertThat(fixture.leftOut("hostile"))
        .containsExactly(
            "10.245.0.0/24: it is not inside POD_SUBNET, 10.244.0.0/16, 172.30.128.0/17");
  }

  @Test
  void goesAndComesBackWithWhatIsOnTheMachine(Namespace other) {
    fixture.startWithNodes();
    fixture.joinPeer();
    fixture.assertReached(PEER_V4, PEER_V6);
    host.connect("eth1", other, "peer");
    Ip.run(host, "address", "add", "10.244.4.77/26", "dev", "eth1");
    fixture.assertReached(PEER_V6);
    Ip.run(host, "address", "del", "10.244.4.77/26", "dev", "eth1");
    fixture.assertReached(PEER_V4, PEER_V6);
    Ip.run(host, "route", "add", "10.244.0.0/15", "dev", "eth1");
    fixture.assertReached(PEER_V6);
    Ip.run(host, "route", "replace", "10.244.0.0/15", "via", "172.30.0.7");
    fixture.assertReached(PEER_V4, PEER_V6);
    Ip.run(host, "address", "add", "10.244.4.77/26", "dev", "eth1");
    fixture.assertReached(PEER_V6);
    Ip.run(host, "link", "del", "eth1");
    fixture.assertReached(PEER_V4, PEER_V6);
    Ip.run(
        host, "-6", "route", "add", "2001:db8::/64", "via", "fd00:1::7", "dev", "eth0", "onlink");
    fixture.assertReached(PEER_V4);
    Ip.run(host, "-6", "route", "del", "2001:db8::/64");
    fixture.assertReached(PEER_V4, PEER_V6);
  }

  @Test
  void goesAndComesBackWithRangesOfServicesAndTheApiServer() {
    fixture.startWithNodes();
    fixture.joinPeer();
    fixture.assertReached(PEER_V4, PEER_V6);
    fixture.accepted.serviceRanges(Set.of(IpPrefix.parse("fd00:1::/112")));
    fixture.assertReached(PEER_V4);
    fixture.accepted.serviceRanges(Set.of());
    fixture.assertReached(PEER_V4, PEER_V6);
    fixture.accepted.apiServerAt(IpPrefix.parse("10.244.4.9/32").address());
    fixture.assertReached(PEER_V6);
  }

  /** An earlier version made such routes, and without the API server nobody would remove them. */
  @Test
  void removesBeforeTheNodesAreKnownWhatMayBeInTheWay() throws IOException {
    Ip.batch(
        host,
        """
        route add 198.51.100.0/24 via 172.30.1.9 proto 75
        route add 203.0.113.0/24 via 172.30.1.9 proto 75
        route add 172.30.0.0/24 via 172.30.1.9 proto 75
        route add 172.30.77.0/24 via 172.30.1.9 proto 75
        route add 172.30.77.0/24 via 172.30.1.9 proto 75 metric 5
        route add fd00:172:30:0:5::/80 via fd00:172:30::1:9 proto 75
        route add 10.244.4.0/24 via 172.30.1.2 proto 75
        route add 198.51.100.128/25 via 172.30.1.9 proto static
        """);
    fixture.start();
    Eventually.within(
        HostFixture.DEADLINE, () -> assertThat(fixture.routes()).containsExactly("10.244.4.0/24"));
    assertThat(Ip.run(host, "route", "get", "198.51.100.10")).contains("via 172.30.0.254");
    assertThat(Ip.run(host, "route", "get", "172.30.0.254")).doesNotContain("via");
    assertThat(Ip.run(host, "route", "show", "198.51.100.128/25")).as("others'").isNotEmpty();
    fixture.joinPeer();
    fixture.nodes.markComplete();
    fixture.assertReached(PEER_V4, PEER_V6);
  }

  /** Pods come and go by the hundred, whichever plugin wires them. */
  @Test
  void looksAtNothingWhenPodsComeAndGo(Namespace pod) {
    fixture.startWithNodes();
    fixture.joinPeer();
    fixture.assertReached(PEER_V4, PEER_V6);
    Eventually.within(HostFixture.DEADLINE, () -> assertThat(fixture.status.problems()).isEmpty());
    MessageRecorder recorder = new MessageRecorder();
    fixture.socket.listener(recorder::datagram);
    for (int i = 0; i < 10; i++) {
      String link = (i % 2 == 0 ? "knet" : "veth") + i;
      host.connect(link, pod, "eth0");
      Ip.batch(
          host,
          """
          address add 10.244.0.1/32 dev %1$s
          address add fd00::1/128 dev %1$s nodad
          route add 10.244.0.5/32 dev %1$s
          route add fd00::5/128 dev %1$s
          """
              .formatted(link));
      Eventually.within(
          HostFixture.DEADLINE,
          () -> assertThat(Ip.run(host, "-6", "route", "show", "dev", link)).contains("fe80::"));
      Ip.run(host, "link", "del", link);
    }
    // what is noticed comes after all that was there to be noticed before
    Ip.run(host, "address", "add", "10.244.4.77/32", "dev", "eth0");
    Ip.run(host, "route", "add", "10.244.4.64/26", "dev", "eth0");
    fixture.assertReached(PEER_V6);
    assertThat(recorder.messages(Direction.SENT))
        .as("two looks at the kernel by each of two agents, not one for each pod")
        .hasSizeLessThanOrEqualTo(30);
  }
}
