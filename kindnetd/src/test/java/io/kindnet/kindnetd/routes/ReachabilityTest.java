package io.kindnet.kindnetd.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.RouteLookup;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The kernel is asked for each address, and must say what the table says. */
@NetworkNamespaces
class ReachabilityTest {
  private static final String ROUTES =
      """
      address add 192.0.2.1/24 dev eth0
      address add 203.0.113.1/32 dev eth0
      address add 198.51.100.1/25 dev eth1
      address add 2001:db8:1::1/64 dev eth0
      address add fd00::1/128 dev eth1
      route add default via 192.0.2.254
      route add default via 198.51.100.126 metric 50
      route add 192.0.2.128/26 via 192.0.2.254
      route add 192.0.2.130/32 dev eth1
      route add 10.1.0.0/16 dev eth1 metric 10
      route add 10.1.0.0/16 via 192.0.2.254 metric 20
      route add 10.2.0.0/16 dev eth1 metric 30
      route add 10.2.0.0/16 via 192.0.2.254 metric 20
      route add unreachable 10.3.0.0/16
      route add blackhole 10.1.9.0/24
      route add throw 10.1.8.0/24
      route add prohibit 192.0.2.200/32
      route add default via 2001:db8:1::ffff
      route add fd00:1::/48 dev eth1
      route add fd00:1:1::/64 via 2001:db8:1::ffff
      route add fd00:1:1::5/128 dev eth0
      route add unreachable fd00:2::/48
      """;

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final IpPrefix ANY_IP = IpPrefix.parse("10.1.10.0/24");

  private static Stream<InetAddress> addresses() {
    return Stream.of(
            "192.0.2.1",
            "192.0.2.2",
            "192.0.2.127",
            "192.0.2.128",
            "192.0.2.130",
            "192.0.2.191",
            "192.0.2.192",
            "192.0.2.200",
            "203.0.113.1",
            "203.0.113.2",
            "198.51.100.5",
            "198.51.100.130",
            "10.1.0.1",
            "10.1.5.1",
            "10.1.6.1",
            "10.1.7.1",
            "10.1.10.1",
            "10.2.3.1",
            "10.2.4.1",
            "198.51.100.65",
            "203.0.113.65",
            "fd00:1:2::1",
            "10.1.8.1",
            "10.1.9.1",
            "10.2.0.1",
            "10.3.0.1",
            "8.8.8.8",
            "2001:db8:1::1",
            "2001:db8:1::2",
            "2001:db8:2::1",
            "fd00::1",
            "fd00::2",
            "fd00:1::1",
            "fd00:1:1::4",
            "fd00:1:1::5",
            "fd00:2::1",
            "fd00:9::1")
        .map(IpAddresses::parse);
  }

  /** Of a VPN, of a link that is a network of its own, and of what others may do. */
  private static final String RULES =
      """
      rule add to 10.2.0.0/16 lookup 100 priority 100
      rule add to 198.51.100.64/26 lookup 101 priority 101
      rule add to fd00:1::/48 lookup 100 priority 100
      rule add fwmark 7 lookup 102 priority 102
      rule add not fwmark 8 lookup 103 priority 103
      route add 10.2.3.0/24 dev eth0 table 100
      route add throw 10.2.4.0/24 table 100
      route add default via 192.0.2.254 table 101
      route add 192.0.2.0/24 dev eth1 table 102
      route add 203.0.113.64/26 dev eth1 table 103
      route add fd00:1:2::/64 dev eth0 table 100
      route add 10.1.5.0/24 dev eth1 metric 4294967295
      route add 10.1.5.0/24 via 192.0.2.254 metric 7
      route add 10.1.6.0/24 dev eth1 metric 4000000000
      route add 10.1.6.0/24 via 192.0.2.254 metric 4000000001
      route add 10.1.7.0/24 dev eth1 tos 0x10
      route add local 10.1.10.0/24 dev lo
      """;

  @Test
  void answersAsTheKernelDoes(Namespace host, Namespace outside) {
    connect(host, outside);
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString());
        RouteSocket socket = RouteSocket.open(namespace)) {
      // the kernel makes the local routes of IPv6 addresses some time after these
      for (Address address : socket.addresses().list()) {
        socket.addresses().awaitUsable(address, SOON);
      }
      assertAnswersAsTheKernel(socket);

      Ip.batch(host, RULES.replaceAll("(?m)^(route|rule) add (.*fd00:1.*)$", ""));
      Ip.run(host, "-6", "rule", "add", "to", "fd00:1::/48", "lookup", "100");
      Ip.run(host, "-6", "route", "add", "fd00:1:2::/64", "dev", "eth0", "table", "100");
      assertAnswersAsTheKernel(socket);
    }
  }

  private static void connect(Namespace host, Namespace outside) {
    host.loopbackUp();
    host.connect("eth0", outside, "peer0");
    host.connect("eth1", outside, "peer1");
    Ip.batch(host, ROUTES);
  }

  private static void assertAnswersAsTheKernel(RouteSocket socket) {
    RouteTable table = new RouteTable(socket);
    Reachability reachability = table.reachability(table.list());
    assertThat(addresses())
        .allSatisfy(address -> {
          Optional<RouteLookup> answer = socket.routes().lookup(address);
          assertThat(reachability.isOwn(address))
              .isEqualTo(
                  answer.map(lookup -> lookup.isLocal()).orElse(false)
                      && !ANY_IP.contains(address));
          if (!reachability.isOwn(address)) {
            assertThat(reachability.nextHop(address).map(NextHop::linkIndex))
                .isEqualTo(answer.filter(RouteLookup::isDirect).map(RouteLookup::linkIndex));
          }
        });
  }

  /** Nodes by the thousand are on one network: one question is enough. */
  @Test
  void asksTheKernelOnceForAllThatAreAlike(Namespace host, Namespace outside) {
    connect(host, outside);
    Ip.batch(host, RULES.replaceAll("(?m)^(route|rule) add (.*fd00:1.*)$", ""));
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString());
        RouteSocket socket = RouteSocket.open(namespace)) {
      RouteTable table = new RouteTable(socket);
      Reachability reachability = table.reachability(table.list());
      long before = socket.requests().reads();
      int onLink = 0;
      for (int i = 0; i < 5000; i++) {
        InetAddress address = IpAddresses.parse("10.1." + (20 + i / 250) + "." + (1 + i % 250));
        onLink += reachability.nextHop(address).isPresent() ? 1 : 0;
      }
      assertThat(onLink).isEqualTo(5000);
      assertThat(socket.requests().reads() - before).isEqualTo(1);
    }
  }
}
