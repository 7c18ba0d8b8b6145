package io.kindnet.kindnetd.podcidr;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.OperationalState;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read in a network namespace with all that a node may have. */
@NetworkNamespaces
class HostFactsReaderTest {
  private static final String NODE =
      """
      link add kind-br type bridge
      link set kind-br up
      address add 192.0.2.1/24 dev eth0
      address add 2001:db8::1/64 dev eth0 nodad
      address add 203.0.113.1/32 dev lo
      address add 198.51.100.1/24 dev eth1
      address add 10.96.0.10/32 dev eth1
      address add 10.244.0.1/24 dev kind-br
      address add 10.244.0.1/32 dev knet1
      address add 10.244.0.1/32 dev veth1
      route add 10.244.0.5/32 dev knet1 proto 107
      route add 10.244.0.6/32 dev knet1
      route add 10.244.0.7/32 dev veth1
      route add 10.244.1.0/24 via 192.0.2.2 proto 75
      route add 10.99.1.0/24 via 10.244.0.6 dev knet1 onlink
      route add 10.99.2.0/24 via 10.244.0.7 dev veth1
      route add default via 192.0.2.254
      route add default via 2001:db8::fe
      route add 10.1.0.0/16 nexthop via 192.0.2.253 dev eth0 nexthop via 192.0.2.252 dev eth0
      route add 10.2.0.0/16 dev eth0 metric 50
      route add default dev eth0 metric 5000
      route add blackhole 10.3.0.0/16
      route add unreachable 10.4.0.0/16
      route add 10.5.0.0/16 via 192.0.2.251 table 100
      route add 10.6.0.0/16 via inet6 2001:db8::fd
      """;

  private static final String RESOLVER =
      """
      #nameserver 192.0.2.9
      nameserver 127.0.0.53
      nameserver\t198.51.100.53
      nameserver ::1
      nameserver  2001:db8::53 # the second one
      nameserver fe80::1%eth0
      nameserver
      options edns0
      search nameserver 192.0.2.8
      """;

  @Test
  void tellsNetworksGatewaysAndAddressesFromThoseOfPods(
      Namespace host, Namespace outside, Namespace pod, @TempDir Path directory)
      throws IOException {
    host.loopbackUp();
    host.connect("eth0", outside, "host");
    host.connect("eth1", outside, "other");
    host.connect("knet1", pod, "eth0");
    host.connect("veth1", pod, "eth1");
    Ip.batch(host, NODE);
    Path resolver = directory.resolve("resolv.conf");
    Files.writeString(resolver, RESOLVER);
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString());
        RouteSocket socket = RouteSocket.open(namespace)) {
      HostFacts facts = new HostFactsReader(socket, HostFixture.MARKS, resolver).read().facts();

      assertThat(facts.networks())
          .extracting(IpPrefix::toString)
          .containsExactlyInAnyOrder(
              "192.0.2.0/24", "2001:db8::/64", "198.51.100.0/24", "10.2.0.0/16");
      assertThat(facts.gateways())
          .extracting(IpAddresses::format)
          .containsExactlyInAnyOrder(
              "192.0.2.254", "192.0.2.253", "192.0.2.252", "2001:db8::fe", "2001:db8::fd");
      assertThat(facts.addresses())
          .extracting(IpAddresses::format)
          .containsExactlyInAnyOrder("192.0.2.1", "2001:db8::1", "203.0.113.1", "198.51.100.1");
      assertThat(facts.nameServers())
          .extracting(IpAddresses::format)
          .containsExactlyInAnyOrder("198.51.100.53", "2001:db8::53");
    }
  }

  @Test
  void tellsPodsAndServicesByTheirLinks() {
    assertThat(use("knet12345678", "veth")).isEqualTo(LinkUse.PODS);
    assertThat(use("kind-br", "bridge")).isEqualTo(LinkUse.PODS);
    assertThat(use("vethabc", "veth")).isEqualTo(LinkUse.VIRTUAL);
    assertThat(use("kube-ipvs0", "dummy")).isEqualTo(LinkUse.VIRTUAL);
    assertThat(use("eth0", "")).isEqualTo(LinkUse.NETWORK);
    assertThat(use("docker0", "bridge")).isEqualTo(LinkUse.NETWORK);
  }

  private static LinkUse use(String name, String kind) {
    Link link =
        new Link(
            1,
            name,
            kind,
            Optional.empty(),
            1500,
            Link.IFF_UP,
            OperationalState.UP,
            "",
            0,
            0,
            OptionalInt.empty(),
            false);
    return LinkUse.of(link, HostFixture.MARKS);
  }

  @Test
  void readsAMachineWithoutAnything(Namespace host, @TempDir Path directory) {
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString());
        RouteSocket socket = RouteSocket.open(namespace)) {
      HostFacts facts =
          new HostFactsReader(socket, HostFixture.MARKS, directory.resolve("absent"))
              .read()
              .facts();
      assertThat(facts.networks()).isEmpty();
      assertThat(facts.gateways()).isEmpty();
      assertThat(facts.addresses()).isEmpty();
      assertThat(facts.nameServers()).isEmpty();
    }
  }
}
