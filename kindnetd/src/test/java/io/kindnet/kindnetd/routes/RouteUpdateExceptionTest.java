package io.kindnet.kindnetd.routes;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteFailure;
import io.kindnet.netlink.wire.NetlinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteUpdateExceptionTest {
  private static final RoutePlan PLAN =
      RoutePlan.of(
          new ClusterSnapshot(
              Optional.of(clusterNode("self", List.of("10.244.0.0/24"), "192.0.2.1")),
              List.of(clusterNode("odd", List.of("10.244.3.0/24", "10.244.4.0/24"), "192.0.2.3"))),
          new Reachability(
              List.of(IpPrefix.parse("192.0.2.0/24")),
              List.of(),
              address ->
                  Optional.of(
                      Route.via(IpPrefix.host(address), NextHop.through(2))
                          .withScope(RouteConstants.RT_SCOPE_LINK))));

  @Test
  void namesTheFirstRouteItsNodeAndHowManyMore() {
    List<RouteFailure> failures = new ArrayList<>();
    for (String cidr : List.of("10.244.3.0/24", "10.244.4.0/24", "10.244.0.0/24")) {
      Route route = Objects.requireNonNull(PLAN.routes().get(IpPrefix.parse(cidr)));
      failures.add(
          new RouteFailure(
              route, new NetlinkException("replace route " + route, Errno.ENETDOWN, "why")));
    }

    assertThatThrownBy(() -> RouteUpdateException.throwIfAny(failures, PLAN))
        .isInstanceOf(RouteUpdateException.class)
        .hasMessageStartingWith("replace route 10.244.3.0/24 via 192.0.2.3 dev 2: ENETDOWN")
        .hasMessageEndingWith(", for node odd (and 2 more)");
    assertThatThrownBy(() -> RouteUpdateException.throwIfAny(failures.subList(2, 3), PLAN))
        .hasMessageStartingWith("replace route unreachable 10.244.0.0/24 metric 4294967295")
        .hasMessageEndingWith(", for node self");
    assertThatCode(() -> RouteUpdateException.throwIfAny(List.of(), PLAN))
        .doesNotThrowAnyException();
  }
}
