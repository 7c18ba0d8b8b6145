package io.kindnet.netlink.route;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static io.kindnet.netlink.testing.MessageRecorder.Direction.RECEIVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@NetworkNamespaces
class RouteLookupTest {
  private final Namespace host;
  private final RouteSocket rt;
  private final Routes routes;

  RouteLookupTest(Namespace host) {
    this.host = host;
    rt = RouteFixture.open(host);
    routes = rt.routes();
  }

  @BeforeEach
  void makeLinks() {
    host.loopbackUp();
    RouteFixture.makeTwoNetworks(host, rt);
  }

  @AfterEach
  void close() {
    rt.close();
  }

  @ParameterizedTest
  @CsvSource({"192.168.1.77, 192.168.1.1", "fd00:0:0:1::77, fd00:0:0:1::1"})
  void aNeighbourIsReachedDirectly(String destination, String source) {
    RouteLookup lookup = routes.lookup(parse(destination)).orElseThrow();

    assertThat(lookup.isDirect()).isTrue();
    assertThat(lookup.isLocal()).isFalse();
    assertThat(lookup.gateway()).isEmpty();
    assertThat(lookup.linkIndex()).isEqualTo(rt.links().byName("eth1").index());
    assertThat(lookup.source()).contains(parse(source));
    assertThat(lookup.table()).isEqualTo(RouteConstants.RT_TABLE_MAIN);
  }

  @ParameterizedTest
  @CsvSource({"203.0.113.1, 192.168.0.2, 192.168.0.1", "2001:db8::1, fd00::2, fd00::1"})
  void theOutsideIsReachedThroughAGateway(String destination, String gateway, String source) {
    Ip.batch(host, "route add default via " + gateway + "\n");

    RouteLookup lookup = routes.lookup(parse(destination)).orElseThrow();

    assertThat(lookup.isDirect()).isFalse();
    assertThat(lookup.gateway()).contains(parse(gateway));
    assertThat(lookup.linkIndex()).isEqualTo(rt.links().byName("eth0").index());
    assertThat(lookup.source()).contains(parse(source));
  }

  @Test
  void anIpv4DestinationMayHaveAnIpv6Gateway() {
    Ip.batch(host, "route add 0.0.0.0/0 via inet6 fd00::2 dev eth0\n");

    assertThat(routes.lookup(parse("203.0.113.1")).orElseThrow().gateway())
        .contains(parse("fd00::2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.168.0.1", "127.0.0.1", "fd00::1", "::1"})
  void anAddressOfTheHostIsLocal(String address) {
    RouteLookup lookup = routes.lookup(parse(address)).orElseThrow();

    assertThat(lookup.isLocal()).isTrue();
    assertThat(lookup.isDirect()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "192.168.1.77, 192.168.1.0/24, 1",
    "192.168.0.1, 192.168.0.1/32, 2",
    "192.168.1.255, 192.168.1.255/32, 3",
    "203.0.113.1, 203.0.113.0/26, 2",
    "fd00:0:0:1::77, fd00:0:0:1::/64, 1",
    "fd00::1, fd00::1/128, 2",
    "2001:db8::1, 2001:db8::/65, 2",
  })
  void theRouteThatDecidesIsFound(String destination, String prefix, int type) {
    Ip.batch(
        host,
        """
        route add local 203.0.113.0/26 dev lo
        route add local 2001:db8::/65 dev lo
        route add prohibit 203.0.113.64/26
        route add unreachable 2001:db8:0:1::/64
        """);

    Route route = routes.match(parse(destination)).orElseThrow();

    assertThat(route.destination()).hasToString(prefix);
    assertThat(route.type()).isEqualTo(type);
    assertThat(routes.match(parse("203.0.113.64"))).isEmpty();
    assertThat(routes.match(parse("2001:db8:0:1::1"))).isEmpty();
    assertThat(routes.match(parse("198.51.100.1"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.113.1", "2001:db8::1"})
  void thereIsNoWayWithoutARoute(String destination) {
    assertThat(routes.lookup(parse(destination))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"unreachable", "prohibit", "blackhole"})
  void thereIsNoWayWhereARouteRefuses(String type) {
    Ip.batch(
        host, "route add %s 203.0.113.0/24\nroute add %s 2001:db8::/64\n".formatted(type, type));

    assertThat(routes.lookup(parse("203.0.113.1"))).isEmpty();
    assertThat(routes.lookup(parse("2001:db8::1"))).isEmpty();
  }

  @Test
  void aLinkLocalDestinationNeedsItsLink() {
    int eth1 = rt.links().byName("eth1").index();

    // the kernel makes the route once it has noticed that the link is up
    Eventually.within(
        Duration.ofSeconds(30),
        () -> {
          RouteLookup lookup = routes.lookup(parse("fe80::99"), eth1).orElseThrow();
          assertThat(lookup.isDirect()).isTrue();
          assertThat(lookup.linkIndex()).isEqualTo(eth1);
        });
  }

  @Test
  void saysThatALinkIsMissing() {
    assertThatThrownBy(() -> routes.lookup(parse("203.0.113.1"), 4711))
        .hasMessageStartingWith("look up the route to 203.0.113.1: ENODEV (No such device)");
  }

  @Test
  void theDefaultRouteIsTheOneWithTheLowestMetric() {
    Ip.batch(
        host,
        """
        route add default via 192.168.0.2 metric 200
        route add default via 192.168.1.2 metric 100
        route add default via fd00:0:0:1::2 metric 300
        route add default via fd00::2 metric 100
        """);

    Route v4 = routes.defaultRoute(AddressFamily.IPV4).orElseThrow();
    Route v6 = routes.defaultRoute(AddressFamily.IPV6).orElseThrow();

    assertThat(v4.gateway()).contains(parse("192.168.1.2"));
    assertThat(v4.metric()).isEqualTo(100);
    assertThat(v6.gateway()).contains(parse("fd00::2"));
  }

  @Test
  void theDefaultRouteMayHaveSeveralNextHops() {
    Ip.batch(
        host,
        """
        route add default nexthop via 192.168.0.2 nexthop via 192.168.1.2
        route add ::/0 nexthop via fd00::2 nexthop via fd00:0:0:1::2
        """);

    for (AddressFamily family : AddressFamily.values()) {
      // of IPv6, the kernel names the one first that its hash of the packet chooses
      assertThat(routes.defaultRoute(family).orElseThrow().nextHops())
          .extracting(NextHop::linkIndex)
          .containsExactlyInAnyOrder(
              rt.links().byName("eth0").index(), rt.links().byName("eth1").index());
    }
  }

  @ParameterizedTest
  @EnumSource
  void theDefaultRouteIsAskedForWithoutReadingTheTable(AddressFamily family) {
    Ip.batch(host, "route add default via 192.168.0.2\nroute add default via fd00::2\n");
    routes.addAll(RouteFixture.routesToNodes(500));
    MessageRecorder recorder = new MessageRecorder();
    rt.listener(recorder::datagram);

    assertThat(routes.defaultRoute(family)).isPresent();

    assertThat(recorder.messages(RECEIVED)).hasSize(1);
    assertThat(recorder.messages(RECEIVED).getFirst().bytes()).hasSizeLessThan(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"blackhole 240.0.0.0/4", "240.0.0.0/4 via 192.168.1.2"})
  void aRouteForReservedAddressesDoesNotHideTheDefaultRoute(String reserved) {
    Ip.batch(host, "route add default via 192.168.0.2\nroute add " + reserved + "\n");

    assertThat(routes.defaultRoute(AddressFamily.IPV4).orElseThrow().gateway())
        .contains(parse("192.168.0.2"));
  }

  @Test
  void thereMayBeNoDefaultRoute() {
    assertThat(routes.defaultRoute(AddressFamily.IPV4)).isEmpty();
    assertThat(routes.defaultRoute(AddressFamily.IPV6)).isEmpty();
    assertThat(rt.defaultMtu()).isEmpty();
  }

  @Test
  void theLowestMetricWinsAmongListedRoutes() {
    Route dead =
        Route.via(
                RouteFixture.DEFAULT_V4,
                new NextHop(Optional.of(parse("10.0.0.1")), 1, 1, NextHop.RTNH_F_DEAD))
            .withMetric(1);
    Route worse =
        Route.via(RouteFixture.DEFAULT_V4, NextHop.via(parse("10.0.0.2"), 2)).withMetric(-1);
    Route best =
        Route.via(RouteFixture.DEFAULT_V4, NextHop.via(parse("10.0.0.3"), 3)).withMetric(7);
    Route refusal = Route.ofType(RouteFixture.DEFAULT_V4, RouteConstants.RTN_UNREACHABLE);

    assertThat(DefaultRoutes.best(candidates(dead, worse, best, refusal)))
        .contains(new DefaultRoute(best, OptionalInt.empty()));
    assertThat(DefaultRoutes.best(candidates(dead, refusal))).isEmpty();
  }

  @Test
  void theMtuIsThatOfTheLinkThatCarriesTheDefaultRoute() {
    Ip.batch(
        host,
        """
        link set eth0 mtu 1400
        link set eth1 mtu 9000
        route add default via 192.168.0.2 metric 200
        route add default via 192.168.1.2 metric 100
        """);

    assertThat(rt.defaultMtu()).hasValue(9000);
  }

  @Test
  void theMtuIsTheSmallestOfAllNextHopsAndFamilies() {
    Ip.batch(
        host,
        """
        link set eth0 mtu 1400
        link set eth1 mtu 9000
        route add default nexthop via 192.168.1.2 nexthop via 192.168.0.2
        """);
    assertThat(rt.defaultMtu()).hasValue(1400);

    Ip.batch(
        host,
        """
        route del default
        route add default via 192.168.1.2
        route add default via fd00::2
        """);
    assertThat(rt.defaultMtu()).hasValue(1400);
  }

  @Test
  void theMtuOfARouteCounts() {
    Ip.batch(host, "route add default via 192.168.0.2 mtu 1300");
    assertThat(rt.defaultMtu()).hasValue(1300);

    Ip.batch(host, "route add default via fd00::2 mtu 1290");
    assertThat(rt.defaultMtu()).hasValue(1290);

    Ip.batch(host, "route change default via 192.168.0.2 mtu lock 1280");
    assertThat(rt.defaultMtu()).hasValue(1280);
  }

  private static List<DefaultRoute> candidates(Route... routes) {
    return Arrays.stream(routes).map(r -> new DefaultRoute(r, OptionalInt.empty())).toList();
  }
}
