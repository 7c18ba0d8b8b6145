package io.kindnet.netlink.route;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static io.kindnet.netlink.route.NextHop.RTNH_F_LINKDOWN;
import static io.kindnet.netlink.route.RouteAttributes.RTM_F_FIB_MATCH;
import static io.kindnet.netlink.route.RouteConstants.RTN_BLACKHOLE;
import static io.kindnet.netlink.route.Rtnetlink.RTM_DELROUTE;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWROUTE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_REPLACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteBytesTest {
  private static final Route VIA =
      Route.via(IpPrefix.parse("10.244.1.0/24"), NextHop.via(parse("192.168.0.2"), 5).onlink())
          .withSource(parse("192.168.0.1"))
          .withMetric(7)
          .withProtocol(201)
          .withTable(70_000);
  private static final Route MULTIPATH =
      Route.via(
          IpPrefix.parse("0.0.0.0/0"),
          NextHop.via(parse("192.168.0.2"), 5),
          NextHop.via(parse("fd00::2"), 6).withWeight(3),
          NextHop.through(7));
  private static final Route BLACKHOLE =
      Route.ofType(IpPrefix.parse("fd01::/64"), RTN_BLACKHOLE).withMetric(1024);

  @Test
  void writesRoutes() {
    Bytes.assertWritten(
        RouteRequests.write("add", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, VIA), "route-add-via");
    Bytes.assertWritten(
        RouteRequests.write("replace", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, MULTIPATH),
        "route-replace-multipath");
    Bytes.assertWritten(
        RouteRequests.write("delete", RTM_DELROUTE, 0, BLACKHOLE), "route-delete-ipv6");
  }

  @Test
  void asksForRoutes() {
    RouteFilter filter = new RouteFilter(Optional.empty(), 70_000, 201, 0, 5);

    Bytes.assertWritten(RouteRequests.list(AddressFamily.IPV4, filter), "route-list");
    Bytes.assertWritten(RouteRequests.lookup(parse("10.0.0.1"), 5, 0), "route-lookup-ipv4");
    Bytes.assertWritten(
        RouteRequests.lookup(DefaultRoutes.outside(AddressFamily.IPV6), 0, RTM_F_FIB_MATCH),
        "route-lookup-ipv6");
  }

  @Test
  void readsWhatItWrites() {
    assertThat(RouteReader.read(Bytes.message("route-add-via"))).isEqualTo(VIA);
    assertThat(RouteReader.read(Bytes.message("route-replace-multipath"))).isEqualTo(MULTIPATH);
    assertThat(RouteReader.read(Bytes.message("route-delete-ipv6"))).isEqualTo(BLACKHOLE);
  }

  @Test
  void readsTheKernelsFlagsAndTakesThemAway() {
    Route route = RouteReader.read(Bytes.message("route"));
    Route asked =
        Route.via(IpPrefix.parse("fd01::/64"), NextHop.via(parse("fd00::2"), 5))
            .withProtocol(201)
            .withMetric(1024);

    assertThat(route.nextHops().getFirst().flags()).isEqualTo(RTNH_F_LINKDOWN);
    assertThat(route).isNotEqualTo(asked);
    assertThat(route.configuration()).isEqualTo(asked);
  }

  @Test
  void tellsOfRoutes() {
    assertThat(RouteEvents.read(Bytes.message("route-add-via")))
        .isEqualTo(new RouteEvent.RouteChanged(VIA));
    assertThat(RouteEvents.read(Bytes.message("route-delete-ipv6")))
        .isEqualTo(new RouteEvent.RouteRemoved(BLACKHOLE));
  }

  @Test
  void readsAsIpWritesIt() {
    assertThat(VIA)
        .hasToString(
            "10.244.1.0/24 via 192.168.0.2 dev 5 onlink src 192.168.0.1 metric 7 table 70000");
    assertThat(MULTIPATH)
        .hasToString(
            "0.0.0.0/0 nexthop via 192.168.0.2 dev 5 nexthop via fd00::2 dev 6 weight 3"
                + " nexthop dev 7");
    assertThat(BLACKHOLE).hasToString("blackhole fd01::/64 metric 1024");
  }

  @Test
  void refusesAWeightThatTheKernelCannotExpress() {
    assertThatThrownBy(() -> NextHop.through(5).withWeight(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weight 0 is not between 1 and 256");
    assertThatThrownBy(() -> NextHop.through(5).withWeight(257))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(NextHop.through(5).withWeight(256).weight()).isEqualTo(256);
  }
}
