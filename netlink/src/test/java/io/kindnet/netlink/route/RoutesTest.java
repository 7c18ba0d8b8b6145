package io.kindnet.netlink.route;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static io.kindnet.netlink.route.RouteConstants.RTN_BLACKHOLE;
import static io.kindnet.netlink.route.RouteConstants.RTN_UNREACHABLE;
import static io.kindnet.netlink.route.RouteConstants.RTPROT_BOOT;
import static io.kindnet.netlink.route.RouteConstants.RTPROT_KERNEL;
import static io.kindnet.netlink.testing.MessageRecorder.Direction.RECEIVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.wire.NetlinkException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class RoutesTest {
  private static final int OURS = 201;

  private final Namespace host;
  private final RouteSocket rt;
  private final Routes routes;

  RoutesTest(Namespace host) {
    this.host = host;
    rt = RouteFixture.open(host);
    routes = rt.routes();
  }

  @BeforeEach
  void makeLinks() {
    RouteFixture.makeTwoNetworks(host, rt);
  }

  @AfterEach
  void close() {
    rt.close();
  }

  @Test
  void addsTheIpv4RoutesThatIpAdds(Namespace other) {
    Link eth0 = rt.links().byName("eth0");
    Link eth1 = rt.links().byName("eth1");
    routes.add(via("10.244.1.0/24", "192.168.0.2").withProtocol(OURS));
    routes.add(via("10.244.2.0/24", "192.168.0.2").withMetric(50).withSource(parse("192.168.0.1")));
    routes.add(
        Route.via(
            IpPrefix.parse("10.244.3.0/24"),
            NextHop.via(parse("172.20.0.9"), eth1.index()).onlink()));
    routes.add(Route.through(IpPrefix.parse("10.244.4.7/32"), eth0));
    routes.add(via("10.244.5.0/24", "192.168.0.2").withTable(100));
    routes.add(via("10.244.5.0/24", "192.168.0.2").withTable(70_000));
    routes.add(Route.ofType(IpPrefix.parse("10.245.0.0/16"), RTN_BLACKHOLE));
    routes.add(Route.ofType(IpPrefix.parse("10.246.0.0/16"), RTN_UNREACHABLE));
    routes.add(
        Route.via(
            IpPrefix.parse("0.0.0.0/0"),
            NextHop.via(parse("192.168.0.2")),
            NextHop.via(parse("192.168.1.2"), eth1.index()).withWeight(3)));
    routes.add(
        Route.via(
            IpPrefix.parse("10.247.0.0/16"), NextHop.via(parse("fd00:0:0:1::2"), eth1.index())));
    routes.add(
        Route.via(
            IpPrefix.parse("10.248.0.0/16"),
            NextHop.via(parse("192.168.0.2"), eth0.index()),
            NextHop.via(parse("fd00:0:0:1::2"), eth1.index())));

    Ip.batch(
        other,
        RouteFixture.TWO_NETWORKS
            + """
            route add 10.244.1.0/24 via 192.168.0.2 proto 201
            route add 10.244.2.0/24 via 192.168.0.2 proto static metric 50 src 192.168.0.1
            route add 10.244.3.0/24 via 172.20.0.9 dev eth1 onlink proto static
            route add 10.244.4.7 dev eth0 proto static
            route add 10.244.5.0/24 via 192.168.0.2 proto static table 100
            route add 10.244.5.0/24 via 192.168.0.2 proto static table 70000
            route add blackhole 10.245.0.0/16 proto static
            route add unreachable 10.246.0.0/16 proto static
            route add default proto static nexthop via 192.168.0.2 \
            nexthop via 192.168.1.2 dev eth1 weight 3
            route add 10.247.0.0/16 via inet6 fd00:0:0:1::2 dev eth1 proto static
            route add 10.248.0.0/16 proto static nexthop via 192.168.0.2 dev eth0 \
            nexthop via inet6 fd00:0:0:1::2 dev eth1
            """);

    assertThat(listing(host, "-4")).isEqualTo(listing(other, "-4"));
  }

  @Test
  void addsTheIpv6RoutesThatIpAdds(Namespace other) {
    Link eth0 = rt.links().byName("eth0");
    Link eth1 = rt.links().byName("eth1");
    routes.add(via("fd00:10:244:1::/64", "fd00::2").withProtocol(OURS));
    routes.add(via("fd00:10:244:2::/64", "fd00::2").withMetric(50).withSource(parse("fd00::1")));
    routes.add(
        Route.via(
            IpPrefix.parse("fd00:10:244:3::/64"),
            NextHop.via(parse("fd99::9"), eth1.index()).onlink()));
    routes.add(Route.through(IpPrefix.parse("fd00:10:244:4::7/128"), eth0));
    routes.add(via("fd00:10:244:5::/64", "fd00::2").withTable(70_000));
    routes.add(Route.ofType(IpPrefix.parse("fd00:10:245::/48"), RTN_BLACKHOLE));
    routes.add(
        Route.via(
            IpPrefix.parse("::/0"),
            NextHop.via(parse("fd00::2")),
            NextHop.via(parse("fd00:0:0:1::2"), eth1.index()).withWeight(3)));

    Ip.batch(
        other,
        RouteFixture.TWO_NETWORKS
            + """
            route add fd00:10:244:1::/64 via fd00::2 proto 201
            route add fd00:10:244:2::/64 via fd00::2 proto static metric 50 src fd00::1
            route add fd00:10:244:3::/64 via fd99::9 dev eth1 onlink proto static
            route add fd00:10:244:4::7 dev eth0 proto static
            route add fd00:10:244:5::/64 via fd00::2 proto static table 70000
            route add blackhole fd00:10:245::/48 proto static
            route add ::/0 proto static nexthop via fd00::2 \
            nexthop via fd00:0:0:1::2 dev eth1 weight 3
            """);

    assertThat(ours(host)).isEqualTo(ours(other));
  }

  @Test
  void readsWhatIpAdded() {
    Link eth0 = rt.links().byName("eth0");
    Link eth1 = rt.links().byName("eth1");
    Ip.batch(
        host,
        """
        route add 10.244.1.0/24 via 192.168.0.2 proto 201 metric 7 src 192.168.0.1
        route add 10.244.2.0/24 via 172.20.0.9 dev eth1 onlink proto 201
        route add 10.244.3.7 dev eth0 proto 201
        route add 10.244.4.0/24 via inet6 fd00::2 dev eth0 proto 201 table 1000
        route add unreachable 10.244.5.0/24 proto 201
        route add unreachable fd00:10:244:5::/64 proto 201 metric 4294967295
        route add 10.244.6.0/24 proto 201 nexthop via 192.168.0.2 nexthop via 192.168.1.2 weight 9
        route add fd00:10:244:1::/64 via fd00::2 proto 201
        route add fd00:10:244:2::/64 proto 201 nexthop via fd00::2 nexthop via fd00:0:0:1::2
        """);

    assertThat(configured(RouteFilter.all().withProtocol(OURS)))
        .containsExactlyInAnyOrder(
            via("10.244.1.0/24", NextHop.via(parse("192.168.0.2"), eth0.index()))
                .withMetric(7)
                .withSource(parse("192.168.0.1"))
                .withProtocol(OURS),
            via("10.244.2.0/24", NextHop.via(parse("172.20.0.9"), eth1.index()).onlink())
                .withProtocol(OURS),
            Route.through(IpPrefix.parse("10.244.3.7/32"), eth0).withProtocol(OURS),
            via("10.244.4.0/24", NextHop.via(parse("fd00::2"), eth0.index()))
                .withTable(1000)
                .withProtocol(OURS),
            Route.ofType(IpPrefix.parse("10.244.5.0/24"), RTN_UNREACHABLE).withProtocol(OURS),
            Route.ofType(IpPrefix.parse("fd00:10:244:5::/64"), RTN_UNREACHABLE)
                .withMetric(-1)
                .withProtocol(OURS),
            via(
                    "10.244.6.0/24",
                    NextHop.via(parse("192.168.0.2"), eth0.index()),
                    NextHop.via(parse("192.168.1.2"), eth1.index()).withWeight(9))
                .withProtocol(OURS),
            via("fd00:10:244:1::/64", NextHop.via(parse("fd00::2"), eth0.index()))
                .withMetric(1024)
                .withProtocol(OURS),
            via(
                    "fd00:10:244:2::/64",
                    NextHop.via(parse("fd00::2"), eth0.index()),
                    NextHop.via(parse("fd00:0:0:1::2"), eth1.index()))
                .withMetric(1024)
                .withProtocol(OURS));
  }

  @Test
  void listsWhatTheFilterLetsThrough() {
    Link eth1 = rt.links().byName("eth1");
    Ip.batch(
        host,
        """
        route add 10.1.0.0/16 via 192.168.0.2 proto 201
        route add 10.2.0.0/16 via 192.168.1.2 proto 202
        route add 10.3.0.0/16 via 192.168.1.2 proto 202 table 1000
        route add blackhole 10.4.0.0/16 proto 202
        route add fd01::/64 via fd00::2 proto 201
        """);
    RouteFilter all = RouteFilter.all();

    assertThat(destinations(all.withProtocol(201))).containsExactly("10.1.0.0/16", "fd01::/64");
    assertThat(destinations(all.withProtocol(201).withFamily(AddressFamily.IPV6)))
        .containsExactly("fd01::/64");
    assertThat(destinations(all.withProtocol(202).withLink(eth1)))
        .containsExactlyInAnyOrder("10.2.0.0/16", "10.3.0.0/16");
    assertThat(destinations(all.withTable(1000))).containsExactly("10.3.0.0/16");
    assertThat(destinations(all.withTable(4711))).isEmpty();
    assertThat(destinations(all.withType(RTN_BLACKHOLE))).containsExactly("10.4.0.0/16");
    assertThat(destinations(RouteFilter.main().withProtocol(RTPROT_KERNEL)))
        .contains("192.168.0.0/24", "192.168.1.0/24", "fd00::/64")
        .doesNotContain("10.1.0.0/16");
    assertThat(destinations(all)).contains("192.168.0.1/32", "10.1.0.0/16", "fd00::1/128");
  }

  @Test
  void asksTheKernelToFilter() {
    MessageRecorder recorder = new MessageRecorder();
    rt.listener(recorder::datagram);

    assertThat(routes.list(RouteFilter.all().withProtocol(OURS))).isEmpty();

    assertThat(recorder.messages(RECEIVED))
        .as("only the end of each family's dump")
        .allMatch(message -> message.bytes().length <= 20)
        .hasSize(2);
  }

  @Test
  void replacesTheRouteWithTheSameMetric() {
    routes.add(via("10.244.1.0/24", "192.168.0.2"));
    routes.add(via("fd01::/64", "fd00::2"));

    routes.replace(via("10.244.1.0/24", "192.168.0.3"));
    routes.replace(via("fd01::/64", "fd00::3"));
    routes.replace(via("10.244.2.0/24", "192.168.0.3"));

    assertThat(routes.list(RouteFilter.main().withProtocol(RouteConstants.RTPROT_STATIC)))
        .extracting(route -> route.destination() + " " + route.gateway().orElseThrow())
        .containsExactlyInAnyOrder(
            "10.244.1.0/24 /192.168.0.3",
            "10.244.2.0/24 /192.168.0.3",
            "fd01::/64 /fd00:0:0:0:0:0:0:3");
  }

  @Test
  void appendsARouteBesideOneOfAnotherLink() {
    IpPrefix destination = IpPrefix.parse("fd99::/64");
    Route first = Route.through(destination, rt.links().byName("eth0")).withMetric(50);
    Route second = Route.through(destination, rt.links().byName("eth1")).withMetric(50);
    routes.append(first);
    routes.append(second);

    assertThat(host.run("ip", "-6", "route", "show", "fd99::/64").lines())
        .extracting(line -> line.replaceFirst("^.*dev (\\w+) .*$", "$1"))
        .containsExactlyInAnyOrder("eth0", "eth1");
    assertThatThrownBy(() -> routes.append(first))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("EEXIST");
  }

  @Test
  void removesTheOneThatIsMeant() {
    Route ours = via("10.244.1.0/24", "192.168.0.2").withProtocol(OURS);
    Route foreign = via("10.244.1.0/24", "192.168.0.3").withProtocol(RTPROT_BOOT).withMetric(5);
    Route multipath =
        via("fd01::/64", NextHop.via(parse("fd00::2")), NextHop.via(parse("fd00::3")));
    routes.add(ours);
    routes.add(foreign);
    routes.add(multipath);

    routes.delete(ours);
    routes.delete(multipath);

    assertThat(destinations(RouteFilter.main().withProtocol(RTPROT_BOOT)))
        .containsExactly("10.244.1.0/24");
    assertThat(destinations(RouteFilter.all().withProtocol(OURS))).isEmpty();
    assertThat(destinations(RouteFilter.main())).doesNotContain("fd01::/64");
  }

  @Test
  void removesWhatItRead() {
    Ip.batch(
        host,
        """
        route add 10.1.0.0/16 via 192.168.0.2 proto 201 metric 7 src 192.168.0.1
        route add 10.2.0.0/16 via 172.20.0.9 dev eth1 onlink proto 201
        route add 10.3.0.0/16 dev eth0 proto 201 scope link table 1000
        route add 10.4.0.0/16 proto 201 nexthop via 192.168.0.2 nexthop via 192.168.1.2 weight 9
        route add unreachable 10.5.0.0/16 proto 201
        route add fd01::/64 via fd00::2 proto 201 metric 9
        route add blackhole fd02::/64 proto 201
        """);
    RouteFilter ours = RouteFilter.all().withProtocol(OURS);

    assertThat(routes.deleteAll(routes.list(ours))).isEmpty();

    assertThat(routes.list(ours)).isEmpty();
  }

  @Test
  void saysWhichRouteAndWhy() {
    assertThatThrownBy(() -> routes.add(via("10.0.0.0/24", "10.0.0.1")))
        .isInstanceOf(NetlinkException.class)
        .hasMessage(
            "add route 10.0.0.0/24 via 10.0.0.1: ENETUNREACH (Network is unreachable): "
                + "Nexthop has invalid gateway");
    assertThatThrownBy(() -> routes.delete(via("10.0.0.0/24", "10.0.0.1").withTable(100)))
        .hasMessageStartingWith(
            "delete route 10.0.0.0/24 via 10.0.0.1 table 100: ESRCH (No such process)");
    routes.add(via("fd01::/64", "fd00::2"));
    assertThatThrownBy(() -> routes.add(via("fd01::/64", "fd00::2")))
        .hasMessageStartingWith("add route fd01::/64 via fd00::2: EEXIST (File exists)");
  }

  private static Route via(String destination, String gateway) {
    return via(destination, NextHop.via(parse(gateway)));
  }

  private static Route via(String destination, NextHop... hops) {
    return Route.via(IpPrefix.parse(destination), hops);
  }

  private List<Route> configured(RouteFilter filter) {
    return routes.list(filter).stream().map(Route::configuration).toList();
  }

  private List<String> destinations(RouteFilter filter) {
    return routes.list(filter).stream().map(route -> route.destination().toString()).toList();
  }

  private static String listing(Namespace namespace, String family) {
    return RouteFixture.ipWithout(
        List.of(), namespace, "-d", family, "route", "show", "table", "all");
  }

  /** Without the routes of the kernel, some of which come when the links are ready. */
  private static String ours(Namespace namespace) {
    String[] makers = {"static", String.valueOf(OURS)};
    StringBuilder all = new StringBuilder();
    for (String maker : makers) {
      all.append(
          RouteFixture.ipWithout(
              List.of(), namespace, "-d", "-6", "route", "show", "table", "all", "proto", maker));
    }
    return all.toString();
  }
}
