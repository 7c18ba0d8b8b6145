package io.kindnet.netlink.route;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static io.kindnet.netlink.testing.MessageRecorder.Direction.SENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** As many nodes as a large cluster has: more than fits any buffer. */
@NetworkNamespaces
class ManyRoutesTest {
  private static final int NODES = 5000;
  private static final RouteFilter OURS = RouteFilter.main().withProtocol(201);

  private final Namespace host;
  private final RouteSocket rt;
  private final Routes routes;

  ManyRoutesTest(Namespace host) {
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
  void addsListsAndRemovesThemInAFewMessages() {
    List<Route> wanted = RouteFixture.routesToNodes(NODES);
    MessageRecorder recorder = new MessageRecorder();
    rt.listener(recorder::datagram);

    assertThat(routes.addAll(wanted)).isEmpty();
    assertThat(recorder.messages(SENT)).hasSizeLessThan(wanted.size() / 100);

    List<Route> found = routes.list(OURS);
    assertThat(destinations(found)).hasSize(2 * NODES).isEqualTo(destinations(wanted));
    assertThat(RouteFixture.ip(host, "-4", "route", "show", "proto", "201")).hasSize(NODES);
    assertThat(RouteFixture.ip(host, "-6", "route", "show", "proto", "201")).hasSize(NODES);

    assertThat(routes.replaceAll(wanted)).isEmpty();
    assertThat(routes.list(OURS)).hasSize(2 * NODES);

    assertThat(routes.deleteAll(wanted)).isEmpty();
    assertThat(routes.list(OURS)).isEmpty();
  }

  @Test
  void saysOfEachRouteThatFailedWhyAndCarriesOutTheOthers() {
    List<Route> wanted = new ArrayList<>(RouteFixture.routesToNodes(1000));
    Route unreachable =
        Route.via(IpPrefix.parse("10.200.0.0/16"), NextHop.via(parse("203.0.113.1")));
    wanted.add(wanted.getFirst());
    wanted.add(700, unreachable);

    List<RouteFailure> failures = routes.addAll(wanted);

    assertThat(failures)
        .extracting(RouteFailure::route)
        .containsExactly(unreachable, wanted.getFirst());
    assertThat(failures)
        .extracting(failure -> failure.error().errno())
        .containsExactly(Errno.ENETUNREACH, Errno.EEXIST);
    assertThat(failures.getFirst().error())
        .hasMessage(
            "add route 10.200.0.0/16 via 203.0.113.1: ENETUNREACH (Network is unreachable): "
                + "Nexthop has invalid gateway");
    assertThat(routes.list(OURS)).hasSize(2000);
  }

  @Test
  void reportsAllFailuresWhereEveryRouteFails() {
    List<Route> wanted = RouteFixture.routesToNodes(NODES);

    List<RouteFailure> failures = routes.deleteAll(wanted);

    assertThat(failures).extracting(RouteFailure::route).isEqualTo(wanted);
    assertThat(failures).allMatch(failure -> failure.error().errno() == Errno.ESRCH);
  }

  @Test
  void doesNothingWithNothing() {
    assertThat(routes.addAll(List.of())).isEmpty();
    assertThat(routes.list(OURS.withFamily(AddressFamily.IPV4))).isEmpty();
  }

  private static Set<IpPrefix> destinations(List<Route> list) {
    Set<IpPrefix> destinations = new HashSet<>();
    list.forEach(route -> destinations.add(route.destination()));
    return destinations;
  }
}
