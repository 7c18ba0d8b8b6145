package io.kindnet.netlink.route;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static io.kindnet.netlink.route.Neighbour.NUD_PERMANENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.wire.NetlinkException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class NeighboursTest {
  private static final MacAddress MAC = MacAddress.parse("02:00:5e:10:00:01");
  private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:5e:10:00:02");

  private final Namespace host;
  private final RouteSocket rt;
  private final Neighbours neighbours;

  NeighboursTest(Namespace host) {
    this.host = host;
    rt = RouteFixture.open(host);
    neighbours = rt.neighbours();
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
  void addsTheNeighboursThatIpAdds(Namespace other) {
    Link eth0 = rt.links().byName("eth0");
    neighbours.add(Neighbour.permanent(eth0, parse("192.168.0.7"), MAC));
    neighbours.add(Neighbour.permanent(eth0, parse("fd00::7"), MAC));

    Ip.batch(
        other,
        RouteFixture.TWO_NETWORKS
            + """
            neigh add 192.168.0.7 lladdr 02:00:5e:10:00:01 dev eth0 nud permanent
            neigh add fd00::7 lladdr 02:00:5e:10:00:01 dev eth0 nud permanent
            """);

    assertThat(listing(host)).isEqualTo(listing(other));
  }

  @Test
  void readsWhatIpAdded() {
    Link eth0 = rt.links().byName("eth0");
    Ip.batch(
        host,
        """
        neigh add 192.168.0.7 lladdr 02:00:5e:10:00:01 dev eth0 nud permanent
        neigh add fd00::7 lladdr 02:00:5e:10:00:01 dev eth0 nud stale
        neigh add 192.168.1.7 lladdr 02:00:5e:10:00:01 dev eth1 nud permanent
        """);

    assertThat(neighbours.list(eth0))
        .contains(
            Neighbour.permanent(eth0, parse("192.168.0.7"), MAC),
            new Neighbour(eth0.index(), parse("fd00::7"), Optional.of(MAC), Neighbour.NUD_STALE, 0))
        .allMatch(neighbour -> neighbour.linkIndex() == eth0.index());
    assertThat(neighbours.list())
        .extracting(Neighbour::address)
        .contains(parse("192.168.0.7"), parse("192.168.1.7"), parse("fd00::7"));
  }

  @Test
  void replacesAndRemoves() {
    Link eth0 = rt.links().byName("eth0");
    Neighbour first = Neighbour.permanent(eth0, parse("192.168.0.7"), MAC);
    Neighbour second = Neighbour.permanent(eth0, parse("192.168.0.7"), OTHER_MAC);

    neighbours.replace(first);
    neighbours.replace(second);
    assertThat(permanent(eth0)).containsExactly(second);

    neighbours.delete(second);
    assertThat(permanent(eth0)).isEmpty();
  }

  @Test
  void saysWhichNeighbourAndWhy() {
    Link eth0 = rt.links().byName("eth0");
    Neighbour neighbour = Neighbour.permanent(eth0, parse("192.168.0.7"), MAC);
    neighbours.add(neighbour);

    assertThatThrownBy(() -> neighbours.add(neighbour))
        .isInstanceOf(NetlinkException.class)
        .hasMessage("add neighbour 192.168.0.7 dev " + eth0.index() + ": EEXIST (File exists)");
    assertThatThrownBy(
            () -> neighbours.delete(Neighbour.permanent(eth0, parse("192.168.0.8"), MAC)))
        .hasMessageStartingWith(
            "delete neighbour 192.168.0.8 dev "
                + eth0.index()
                + ": ENOENT (No such file or directory)");
  }

  private List<Neighbour> permanent(Link link) {
    return neighbours.list(link).stream()
        .filter(neighbour -> neighbour.state() == NUD_PERMANENT)
        .toList();
  }

  private static String listing(Namespace namespace) {
    return RouteFixture.ipWithout(
        List.of(), namespace, "neigh", "show", "dev", "eth0", "nud", "permanent");
  }
}
