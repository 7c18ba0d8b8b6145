package io.kindnet.kindnetd.masq;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Transport;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * As whom the outside sees connections that leave a node at 192.0.2.1 and 2001:db8::1, whose pod
 * CIDRs are 10.244.0.0/24 and fd00::/64.
 */
@NetworkNamespaces
class MasqueradedSourcesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int PORT = 7000;

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final Status status = new Status("test");
  private final Namespace host;
  private final Namespace outside;
  private final Namespace others;
  private final NetworkNamespace namespace;
  private final NftablesSocket nftables;
  private final KernelWatch<NftablesEvents.Events> events;
  private final MasqAgent agent;

  /**
   * @param others everybody who sends by the node, each by an interface of the node's own
   */
  MasqueradedSourcesTest(Namespace host, Namespace outside, Namespace others) {
    this.host = host;
    this.outside = outside;
    this.others = others;
    namespace = NetworkNamespace.open(host.path().toString());
    nftables = namespace.call(NftablesSocket::open);
    events =
        KernelWatch.ofNftables(
            () -> namespace.call(() -> NftablesEvents.excludingOwn(nftables.portId())));
    agent =
        new MasqAgent(
            nodes,
            new MasqOptions(
                true, List.of(IpPrefix.parse("203.0.113.0/24"), IpPrefix.parse("10.8.0.0/16"))),
            List.of("knet*", "kind-br"),
            () -> nftables,
            events,
            status);
  }

  @BeforeEach
  void makeNetwork() {
    host.loopbackUp();
    outside.loopbackUp();
    host.connect("eth0", outside, "eth0");
    host.run("sysctl", "-q", "-w", "net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
    Ip.batch(
        host,
        """
        address add 192.0.2.1/24 dev eth0
        address add 2001:db8::1/64 dev eth0 nodad
        address add 198.51.100.77/32 dev lo
        address add 2001:db8:77::1/128 dev lo
        """);
    Ip.batch(
        outside,
        """
        address add 192.0.2.9/24 dev eth0
        address add 203.0.113.9/32 dev lo
        address add 2001:db8::9/64 dev eth0 nodad
        route add default via 192.0.2.1
        route add default via 2001:db8::1
        """);
    Ip.batch(host, "route add 203.0.113.0/24 via 192.0.2.9\n");
    nodes.put(clusterNode("self", List.of("10.244.0.0/24", "fd00::/64"), "192.0.2.1"));
    nodes.put(clusterNode("peer", List.of("10.244.7.0/24", "fd00:7::/64"), "192.0.2.2"));
    nodes.markComplete();
    try (NetworkNamespace entered = NetworkNamespace.open(host.path().toString())) {
      entered.call(() -> {
        agent.start();
        return agent;
      });
    }
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
  }

  @AfterEach
  void stop() {
    agent.close();
    events.close();
    nftables.close();
    namespace.close();
  }

  @ParameterizedTest
  @CsvSource({
    // pods
    "veth0, 10.244.0.9, fd00::9, node",
    "knet0000000a, 10.244.0.9, fd00::9, node",
    // pods of ranges that an operator added, or that the Node had before
    "knet0000000a, 10.99.0.9, fd00:99::9, node",
    "kind-br, 10.99.0.9, fd00:99::9, node",
    // pods of another node, which had nobody else to masquerade them
    "eth1, 10.244.7.9, fd00:7::9, node",
    // a VPN client, a virtual machine, and one whose network is in --no-masquerade-cidr
    "tun0, 10.9.0.9, fd00:8::9, itself",
    "vmbr0, 192.168.122.9, fd00:122::9, itself",
    "wg0, 10.8.0.9, fd00:8::9, itself",
  })
  void whoSendsThroughTheNode(String link, String v4, String v6, String seenAs) {
    host.connect(link, others, "eth0");
    Ip.batch(
        host,
        """
        address add 169.254.1.1/32 dev %1$s
        address add fe80::1/64 dev %1$s nodad
        route add %2$s dev %1$s
        route add %3$s dev %1$s
        """
            .formatted(link, v4, v6));
    Ip.batch(
        others,
        """
        address add %s/32 dev eth0
        address add %s/128 dev eth0 nodad
        route add 169.254.1.1 dev eth0
        route add default via 169.254.1.1
        route add default via fe80::1 dev eth0
        """
            .formatted(v4, v6));
    try (EchoPeer server = server();
        EchoPeer client = EchoPeer.in(others, "client")) {
      assertThat(server).isNotNull();
      boolean node = seenAs.equals("node");
      for (Transport transport : Transport.values()) {
        assertThat(peer(client, transport, "192.0.2.9")).isEqualTo(node ? "192.0.2.1" : v4);
        assertThat(peer(client, transport, "2001:db8::9")).isEqualTo(node ? "2001:db8::1" : v6);
        assertThat(peer(client, transport, "203.0.113.9")).as("not masqueraded").isEqualTo(v4);
      }
    }
  }

  /** As a router announces one that is on {@code lo}. */
  @Test
  void aDaemonOfTheNodeThatBoundAnAddress() {
    try (EchoPeer server = server();
        EchoPeer daemon = EchoPeer.in(host, "daemon")) {
      assertThat(server).isNotNull();
      for (Transport transport : Transport.values()) {
        EchoRequest four = EchoRequest.to(transport, "192.0.2.9", PORT).from("198.51.100.77", 0);
        EchoRequest six = EchoRequest.to(transport, "2001:db8::9", PORT).from("2001:db8:77::1", 0);
        assertThat(IpAddresses.format(daemon.ask(four).peer())).isEqualTo("198.51.100.77");
        assertThat(IpAddresses.format(daemon.ask(six).peer())).isEqualTo("2001:db8:77::1");
      }
    }
  }

  private EchoPeer server() {
    EchoPeer server = EchoPeer.in(outside, "outside");
    for (Transport transport : Transport.values()) {
      server.listen(transport, "192.0.2.9", PORT);
      server.listen(transport, "203.0.113.9", PORT);
      server.listen(transport, "2001:db8::9", PORT);
    }
    return server;
  }

  private static String peer(EchoPeer client, Transport transport, String address) {
    return IpAddresses.format(client.ask(EchoRequest.to(transport, address, PORT)).peer());
  }
}
