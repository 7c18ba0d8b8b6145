package io.kindnet.kindnetd.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteLookup;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
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

  @Test
  void answersAsTheKernelDoes(Namespace host, Namespace outside) {
    host.loopbackUp();
    host.connect("eth0", outside, "peer0");
    host.connect("eth1", outside, "peer1");
    Ip.batch(host, ROUTES);
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString());
        RouteSocket socket = RouteSocket.open(namespace)) {
      Reachability reachability =
          new Reachability(socket.routes().list(RouteFilter.main()), socket.addresses().list());
      assertThat(addresses())
          .allSatisfy(address -> {
            Optional<RouteLookup> answer = socket.routes().lookup(address);
            assertThat(reachability.isOwn(address))
                .isEqualTo(answer.map(RouteLookup::isLocal).orElse(false));
            if (!reachability.isOwn(address)) {
              OptionalInt link =
                  answer
                      .filter(RouteLookup::isDirect)
                      .map(direct -> OptionalInt.of(direct.linkIndex()))
                      .orElse(OptionalInt.empty());
              assertThat(reachability.linkOf(address)).isEqualTo(link);
            }
          });
    }
  }
}
