package io.kindnet.netlink.route;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static io.kindnet.netlink.route.RouteEvents.Topic.ADDRESSES;
import static io.kindnet.netlink.route.RouteEvents.Topic.LINKS;
import static io.kindnet.netlink.route.RouteEvents.Topic.ROUTES;
import static io.kindnet.netlink.route.RouteEvents.Topic.RULES;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class RouteEventsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Namespace host;
  private final RouteSocket rt;

  RouteEventsTest(Namespace host) {
    this.host = host;
    rt = RouteFixture.open(host);
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
  void tellsOfLinks() {
    try (RouteEvents events = rt.events(LINKS)) {
      host.run("ip", "link", "add", "name", "br0", "type", "bridge");
      Link br0 = rt.links().byName("br0");
      host.run("ip", "link", "set", "br0", "mtu", "1400");
      host.run("ip", "link", "del", "br0");

      List<RouteEvent> seen =
          readUntil(
              events,
              event ->
                  event instanceof RouteEvent.LinkRemoved removed
                      && removed.link().index() == br0.index());

      assertThat(seen)
          .anyMatch(event -> event.equals(new RouteEvent.LinkChanged(br0)))
          .anyMatch(event ->
              event instanceof RouteEvent.LinkChanged changed
                  && changed.link().name().equals("br0")
                  && changed.link().mtu() == 1400);
    }
  }

  @Test
  void aPortThatLeavesItsBridgeIsNotRemoved() {
    host.run("ip", "link", "add", "name", "br0", "type", "bridge");
    host.run("ip", "link", "set", "eth0", "master", "br0");
    Link eth0 = rt.links().byName("eth0");
    try (RouteEvents events = rt.events(LINKS)) {
      host.run("ip", "link", "set", "eth0", "nomaster");
      host.run("ip", "link", "del", "br0");

      List<RouteEvent> seen =
          readUntil(
              events,
              event ->
                  event instanceof RouteEvent.LinkRemoved removed
                      && removed.link().name().equals("br0"));

      assertThat(seen)
          .noneMatch(event ->
              event instanceof RouteEvent.LinkRemoved removed
                  && removed.link().index() == eth0.index());
    }
  }

  @Test
  void tellsOfAddressesOfBothFamilies() {
    Link eth0 = rt.links().byName("eth0");
    Address v4 = Address.of(eth0, parse("10.9.0.1"), 24).withFlags(Address.IFA_F_PERMANENT);
    Address v6 =
        Address.of(eth0, parse("fd09::1"), 64)
            .withFlags(Address.IFA_F_PERMANENT | Address.IFA_F_NODAD);
    try (RouteEvents events = rt.events(ADDRESSES)) {
      Ip.batch(host, "addr add 10.9.0.1/24 dev eth0\naddr add fd09::1/64 dev eth0 nodad\n");
      List<RouteEvent> added =
          readUntil(events, event -> event.equals(new RouteEvent.AddressChanged(v6)));

      Ip.batch(host, "addr del 10.9.0.1/24 dev eth0\naddr del fd09::1/64 dev eth0\n");
      List<RouteEvent> removed =
          readUntil(events, event -> event.equals(new RouteEvent.AddressRemoved(v6)));

      assertThat(added).contains(new RouteEvent.AddressChanged(v4));
      assertThat(removed).contains(new RouteEvent.AddressRemoved(v4));
    }
  }

  @Test
  void tellsOfRoutesOfBothFamilies() {
    Link eth0 = rt.links().byName("eth0");
    Route v4 =
        Route.via(IpPrefix.parse("10.1.0.0/16"), NextHop.via(parse("192.168.0.2"), eth0.index()));
    Route v6 =
        Route.via(IpPrefix.parse("fd01::/64"), NextHop.via(parse("fd00::2"), eth0.index()))
            .withMetric(1024);
    try (RouteEvents events = rt.events(ROUTES)) {
      rt.routes().addAll(List.of(v4, v6));
      rt.routes().deleteAll(List.of(v4, v6));

      List<RouteEvent> seen =
          readUntil(events, event -> event.equals(new RouteEvent.RouteRemoved(v6)));

      assertThat(seen)
          .containsSubsequence(
              new RouteEvent.RouteChanged(v4),
              new RouteEvent.RouteChanged(v6),
              new RouteEvent.RouteRemoved(v4),
              new RouteEvent.RouteRemoved(v6));
    }
  }

  @Test
  void tellsOfPolicyRulesOfBothFamilies() {
    try (RouteEvents events = rt.events(RULES)) {
      Ip.run(host, "rule", "add", "to", "198.51.100.0/24", "lookup", "100");
      Ip.run(host, "-6", "rule", "add", "to", "2001:db8:1::/64", "lookup", "100");
      Ip.run(host, "-6", "rule", "del", "to", "2001:db8:1::/64", "lookup", "100");

      List<RouteEvent> seen =
          readUntil(events, event -> event.equals(new RouteEvent.RuleChanged(/* removed= */ true)));

      assertThat(seen)
          .containsExactly(
              new RouteEvent.RuleChanged(false),
              new RouteEvent.RuleChanged(false),
              new RouteEvent.RuleChanged(true));
    }
  }

  @Test
  void tellsOfOthersOnlyWhereOnesOwnChangesAreKnown() {
    Link eth0 = rt.links().byName("eth0");
    Route own =
        Route.via(IpPrefix.parse("10.1.0.0/16"), NextHop.via(parse("192.168.0.2"), eth0.index()));
    try (RouteEvents events = rt.eventsOfOthers(ROUTES)) {
      rt.routes().addAll(RouteFixture.routesToNodes(100));
      rt.routes().add(own);
      Ip.run(host, "route", "del", "10.1.0.0/16");

      List<RouteEvent> seen =
          readUntil(events, event -> event.equals(new RouteEvent.RouteRemoved(own)));

      assertThat(seen)
          .noneMatch(event ->
              event instanceof RouteEvent.RouteChanged changed
                  && changed.route().gateway().isPresent());
    }
  }

  @Test
  void listensInTheNamespaceOfItsSocketWhicheverTheThreadIsIn(Namespace pod) {
    try (RouteSocket inPod = RouteFixture.open(pod);
        RouteEvents events = inPod.events(LINKS);
        NetworkNamespace podHandle = RouteFixture.handle(pod)) {
      rt.links().create(VethPair.of("knet0", "eth0").withPeerIn(podHandle));

      List<RouteEvent> seen = readUntil(events, RouteEvent.LinkChanged.class::isInstance);

      assertThat(seen)
          .allMatch(event ->
              event instanceof RouteEvent.LinkChanged changed
                  && changed.link().name().equals("eth0"));
    }
  }

  @Test
  void saysThatEventsWereLostWhenTheyCameTooFast() {
    try (RouteEvents events = rt.events(ROUTES)) {
      List<Route> many = RouteFixture.routesToNodes(20_000);
      rt.routes().addAll(many);

      RouteEvents.Batch batch = events.next(SOON);

      assertThat(batch.lost()).isTrue();
      assertThat(batch.events()).hasSizeLessThan(many.size());
      // what comes afterwards arrives again
      rt.routes().deleteAll(many.subList(0, 2));
      assertThat(readUntil(events, RouteEvent.RouteRemoved.class::isInstance)).isNotEmpty();
    }
  }

  @Test
  void endsItsWaitWhenItIsClosed() throws InterruptedException {
    RouteEvents events = rt.events(LINKS);
    Thread reader = Thread.ofPlatform().start(() -> events.next(Duration.ofHours(1)));

    events.close();

    reader.join(SOON);
    assertThat(reader.isAlive()).isFalse();
    assertThat(events.isClosed()).isTrue();
  }

  private static List<RouteEvent> readUntil(RouteEvents events, Predicate<RouteEvent> last) {
    List<RouteEvent> seen = new ArrayList<>();
    long deadline = System.nanoTime() + SOON.toNanos();
    while (seen.stream().noneMatch(last)) {
      assertThat(System.nanoTime()).as("seen so far: %s", seen).isLessThan(deadline);
      seen.addAll(events.next(Duration.ofSeconds(1)).events());
    }
    return seen;
  }
}
