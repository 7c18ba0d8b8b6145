package io.kindnet.netlink.route;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static io.kindnet.netlink.route.Address.IFA_F_NODAD;
import static io.kindnet.netlink.route.Address.IFA_F_NOPREFIXROUTE;
import static io.kindnet.netlink.route.Address.IFA_F_PERMANENT;
import static io.kindnet.netlink.route.RouteConstants.RT_SCOPE_LINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.wire.NetlinkException;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class AddressesTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private static final String PREPARED =
      """
      link add name eth0 address 02:00:00:00:00:01 type veth peer name eth1 address 02:00:00:00:00:02
      link set eth0 up
      link set eth1 up
      """;

  private final Namespace host;
  private final RouteSocket rt;
  private final Addresses addresses;

  AddressesTest(Namespace host) {
    this.host = host;
    rt = RouteFixture.open(host);
    addresses = rt.addresses();
  }

  @BeforeEach
  void makeLinks() {
    Ip.batch(host, PREPARED);
  }

  @AfterEach
  void close() {
    rt.close();
  }

  @Test
  void looksIntoTheNamespaceOfAPeer(Namespace other) {
    Ip.batch(host, "link add name knet0 type veth peer name eth7 netns " + other.name());
    Ip.batch(other, "addr add 10.0.0.7/32 dev eth7\naddr add fd00::7/128 dev eth7\n");
    Link knet = rt.links().byName("knet0");
    int id = knet.peerNamespaceId().orElseThrow();

    assertThat(rt.links().findByIndexIn(id, knet.peerIndex()))
        .hasValueSatisfying(peer -> assertThat(peer.name()).isEqualTo("eth7"));
    assertThat(rt.links().findByIndexIn(id, 4711)).isEmpty();
    assertThat(addresses.listIn(id))
        .filteredOn(address -> address.linkIndex() == knet.peerIndex())
        .extracting(Address::toString)
        .containsExactly("10.0.0.7/32", "fd00::7/128");
    assertThat(addresses.list()).extracting(Address::toString).doesNotContain("10.0.0.7/32");
  }

  @Test
  void findsAnIpv6AddressWhateverItsState() {
    host.run("sysctl", "-q", "-w", "net/ipv6/conf/eth1/dad_transmits=60");
    Ip.batch(
        host,
        """
        link add name eth2 type veth peer name eth3
        addr add fd00::1/64 dev eth0 nodad
        addr add fd00::2/64 dev eth1
        addr add fd00::3/64 dev eth2
        """);

    for (String address : List.of("fd00::1", "fd00::2", "fd00::3")) {
      assertThat(addresses.find((Inet6Address) parse(address)))
          .hasValueSatisfying(found -> assertThat(found).hasToString(address + "/64"));
    }
    assertThat(addresses.find((Inet6Address) parse("fd00::4"))).isEmpty();
  }

  @Test
  void addsTheAddressesThatIpAdds(Namespace other) {
    Link eth0 = rt.links().byName("eth0");
    addresses.add(Address.of(eth0, parse("10.0.0.1"), 24));
    addresses.add(Address.of(eth0, parse("10.0.0.2"), 24));
    addresses.add(Address.host(eth0, parse("10.1.0.1")).withScope(RT_SCOPE_LINK));
    addresses.add(Address.of(eth0, parse("10.2.0.1"), 24).withFlags(IFA_F_NOPREFIXROUTE));
    addresses.add(Address.of(eth0, parse("fd00::1"), 64).withFlags(IFA_F_NODAD));
    addresses.add(
        Address.host(eth0, parse("fd01::1")).withFlags(IFA_F_NODAD | IFA_F_NOPREFIXROUTE));

    Ip.batch(
        other,
        PREPARED
            + """
            addr add 10.0.0.1/24 dev eth0
            addr add 10.0.0.2/24 dev eth0
            addr add 10.1.0.1/32 dev eth0 scope link
            addr add 10.2.0.1/24 dev eth0 noprefixroute
            addr add fd00::1/64 dev eth0 nodad
            addr add fd01::1/128 dev eth0 nodad noprefixroute
            """);

    Eventually.within(
        SOON,
        () -> {
          assertThat(details(host)).isEqualTo(details(other));
          assertThat(routes(host)).isEqualTo(routes(other));
        });
  }

  @Test
  void readsWhatIpAdded() {
    Ip.batch(
        host,
        """
        addr add 10.0.0.1/24 dev eth0
        addr add 10.0.0.2/24 dev eth0 noprefixroute
        addr add 10.1.0.1 peer 10.1.0.2/32 dev eth0 scope link
        addr add fd00::1/64 dev eth0 nodad
        addr add fd01::1 peer fd01::2/128 dev eth0 nodad
        """);

    List<Address> list = addresses.list(rt.links().byName("eth0"));

    Link eth0 = rt.links().byName("eth0");
    assertThat(list)
        .contains(
            Address.of(eth0, parse("10.0.0.1"), 24).withFlags(IFA_F_PERMANENT),
            Address.of(eth0, parse("10.0.0.2"), 24)
                .withFlags(IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE | Address.IFA_F_SECONDARY),
            new Address(
                eth0.index(),
                parse("10.1.0.1"),
                32,
                RT_SCOPE_LINK,
                IFA_F_PERMANENT,
                Optional.of(parse("10.1.0.2"))),
            Address.of(eth0, parse("fd00::1"), 64).withFlags(IFA_F_PERMANENT | IFA_F_NODAD),
            new Address(
                eth0.index(),
                parse("fd01::1"),
                128,
                0,
                IFA_F_PERMANENT | IFA_F_NODAD,
                Optional.of(parse("fd01::2"))));
  }

  @Test
  void addsAPointToPointAddress() {
    Link eth0 = rt.links().byName("eth0");
    addresses.add(
        new Address(eth0.index(), parse("10.1.0.1"), 32, 0, 0, Optional.of(parse("10.1.0.2"))));

    assertThat(host.run("ip", "-4", "-o", "addr", "show", "eth0"))
        .contains("inet 10.1.0.1 peer 10.1.0.2/32");
  }

  @Test
  void listsThoseOfOneLinkOnly() {
    Ip.batch(host, "addr add 10.0.0.1/24 dev eth0\naddr add 10.0.1.1/24 dev eth1\n");
    Link eth1 = rt.links().byName("eth1");

    assertThat(addresses.list()).extracting(Address::toString).contains("10.0.0.1/24");
    assertThat(addresses.list(eth1))
        .extracting(Address::toString)
        .contains("10.0.1.1/24")
        .doesNotContain("10.0.0.1/24");
  }

  @Test
  void tellsATentativeAndADuplicateAddress() {
    Link eth0 = rt.links().byName("eth0");
    // The same address at both ends of the wire: the other end answers for it.
    Address taken =
        Address.of(rt.links().byName("eth1"), parse("fd00::1"), 64).withFlags(IFA_F_NODAD);
    addresses.add(taken);
    addresses.awaitUsable(taken, SOON);

    addresses.add(Address.of(eth0, parse("fd00::1"), 64));

    assertThat(find("fd00::1/64", eth0).isTentative()).isTrue();
    Eventually.within(SOON, () -> assertThat(find("fd00::1/64", eth0).isDuplicate()).isTrue());
  }

  @Test
  void isUsableAtOnceWithoutDuplicateAddressDetection() {
    Link eth0 = rt.links().byName("eth0");

    addresses.add(Address.host(eth0, parse("fd00::1")).withFlags(IFA_F_NODAD));

    assertThat(find("fd00::1/128", eth0).isTentative()).isFalse();
  }

  @Test
  void waitsUntilAnAddressAnswers() {
    Link eth0 = rt.links().byName("eth0");
    Link eth1 = rt.links().byName("eth1");
    for (String text : List.of("10.0.0.1", "fd00::1")) {
      // the same on both ends, as a gateway is on all veths of a node
      Address first = Address.host(eth0, parse(text)).withFlags(IFA_F_NODAD);
      Address second = Address.host(eth1, parse(text)).withFlags(IFA_F_NODAD);
      addresses.add(first);
      addresses.add(second);

      addresses.awaitUsable(first, SOON);
      addresses.awaitUsable(second, SOON);

      assertThat(rt.routes().lookup(parse(text)).orElseThrow().isLocal()).isTrue();
    }
  }

  @Test
  void waitsForDuplicateAddressDetection() {
    Address address = Address.of(rt.links().byName("eth0"), parse("fd00::1"), 64);
    addresses.add(address);

    addresses.awaitUsable(address, SOON);

    assertThat(find("fd00::1/64", rt.links().byName("eth0")).isTentative()).isFalse();
  }

  @Test
  void saysWhyAnAddressDoesNotAnswer() {
    Link eth0 = rt.links().byName("eth0");
    Link eth1 = rt.links().byName("eth1");
    Address missing = Address.host(eth0, parse("10.0.0.1"));
    assertThatThrownBy(() -> addresses.awaitUsable(missing, SOON))
        .isInstanceOf(NetlinkException.class)
        .hasMessage(
            "wait for address 10.0.0.1/32 of link "
                + eth0.index()
                + ": EADDRNOTAVAIL (Cannot assign requested address): the link does not have it");

    Address taken = Address.of(eth1, parse("fd00::1"), 64).withFlags(IFA_F_NODAD);
    addresses.add(taken);
    addresses.awaitUsable(taken, SOON);
    Address duplicate = Address.of(eth0, parse("fd00::1"), 64);
    addresses.add(duplicate);
    assertThatThrownBy(() -> addresses.awaitUsable(duplicate, SOON))
        .hasMessageEndingWith(
            "EADDRINUSE (Address already in use): another host on the link has it");

    rt.links().change(eth0, LinkChange.nothing().down());
    Address onLinkThatIsDown = Address.of(eth0, parse("fd02::1"), 64);
    addresses.add(onLinkThatIsDown);
    assertThatThrownBy(() -> addresses.awaitUsable(onLinkThatIsDown, Duration.ofMillis(50)))
        .hasMessageEndingWith("ETIMEDOUT (Connection timed out): it is tentative");
  }

  @Test
  void replacesWhatIsThereAndAddsWhatIsNot() {
    Link eth0 = rt.links().byName("eth0");
    Address address = Address.of(eth0, parse("10.0.0.1"), 24);

    addresses.replace(address);
    addresses.replace(address);

    assertThat(find("10.0.0.1/24", eth0)).isEqualTo(address.withFlags(IFA_F_PERMANENT));
  }

  @Test
  void removesAnAddress() {
    Link eth0 = rt.links().byName("eth0");
    Address v4 = Address.host(eth0, parse("10.0.0.1"));
    Address v6 = Address.host(eth0, parse("fd00::1"));
    addresses.add(v4);
    addresses.add(v6);

    addresses.delete(v4);
    addresses.delete(v6);

    assertThat(addresses.list(eth0))
        .extracting(Address::address)
        .doesNotContain(v4.address(), v6.address());
  }

  @Test
  void saysWhichAddressAndWhy() {
    Link eth0 = rt.links().byName("eth0");
    Address address = Address.of(eth0, parse("10.0.0.1"), 24);
    addresses.add(address);

    assertThatThrownBy(() -> addresses.add(address))
        .isInstanceOf(NetlinkException.class)
        .hasMessageStartingWith(
            "add address 10.0.0.1/24 of link " + eth0.index() + ": EEXIST (File exists)");
    addresses.delete(address);
    assertThatThrownBy(() -> addresses.delete(address))
        .hasMessageStartingWith(
            "delete address 10.0.0.1/24 of link "
                + eth0.index()
                + ": EADDRNOTAVAIL (Cannot assign requested address)");
  }

  private Address find(String text, Link link) {
    return addresses.list(link).stream()
        .filter(address -> address.toString().equals(text))
        .findAny()
        .orElseThrow();
  }

  private static String details(Namespace namespace) {
    return RouteFixture.ipWithout(List.of(), namespace, "-d", "addr", "show", "dev", "eth0");
  }

  private static String routes(Namespace namespace) {
    return RouteFixture.ipWithout(
        List.of(), namespace, "-d", "route", "show", "table", "all", "dev", "eth0");
  }
}
