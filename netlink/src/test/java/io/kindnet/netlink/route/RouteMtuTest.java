package io.kindnet.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class RouteMtuTest {
  private final Namespace host;
  private final RouteSocket socket;

  RouteMtuTest(Namespace host, Namespace other) {
    this.host = host;
    host.connect("eth0", other, "eth0");
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString())) {
      socket = RouteSocket.open(namespace);
    }
  }

  @Test
  void isThatOfTheRouteAndNotOfTheLink() {
    try (socket) {
      Link link = socket.links().byName("eth0");
      Route route = Route.through(IpPrefix.parse("240.64.0.0/16"), link).withMtu(1472);
      socket.routes().add(route);
      assertThat(Ip.run(host, "route", "show", "240.64.0.0/16")).contains("mtu 1472");
      assertThat(
              socket.routes().list(RouteFilter.main().withFamily(AddressFamily.IPV4)).stream()
                  .map(Route::configuration))
          .containsExactly(route);
      assertThat(route.toString()).endsWith(" mtu 1472");
      assertThat(route.withMtu(0)).isNotEqualTo(route);
    }
  }
}
