package io.kindnet.netlink.route;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_ROUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.wire.NetlinkException;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class LinksTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  /** What differs from one bridge or veth to the next, whoever made it. */
  private static final List<String> RANDOM =
      List.of(
          "address",
          "root_id",
          "bridge_id",
          "designated_root",
          "designated_bridge",
          "gc_timer",
          "hello_timer",
          "hold_timer",
          "forward_delay_timer");

  private final Namespace host;
  private final RouteSocket rt;
  private final Links links;

  LinksTest(Namespace host) {
    this.host = host;
    rt = RouteFixture.open(host);
    links = rt.links();
  }

  @AfterEach
  void close() {
    rt.close();
  }

  @Test
  void makesTheVethThatIpMakes(Namespace pod, Namespace otherHost, Namespace otherPod) {
    try (NetworkNamespace podHandle = RouteFixture.handle(pod)) {
      links.create(VethPair.of("knet0", "eth0").withPeerIn(podHandle).withMtu(1400));
    }
    Link knet0 = links.byName("knet0");
    links.change(knet0, LinkChange.nothing().alias("link-pod default/web").up());

    addVeth(otherHost, "knet0", otherPod, "eth0", 1400);
    otherHost.run("ip", "link", "set", "knet0", "alias", "link-pod default/web", "up");

    assertSameLinks(host, otherHost);
    assertSameLinks(pod, otherPod);
  }

  @Test
  void makesTheBridgeWithAPortThatIpMakes(Namespace other) {
    links.createBridge("br0");
    links.create(VethPair.of("port0", "peer0"));
    Link br0 = links.byName("br0");
    links.change(links.byName("port0"), LinkChange.nothing().master(br0).up());
    links.change(br0, LinkChange.nothing().up());
    links.setHairpin(links.byName("port0"), true);

    Ip.batch(
        other,
        """
        link add name br0 type bridge
        link add name port0 type veth peer name peer0
        link set port0 master br0 up
        link set br0 up
        link set port0 type bridge_slave hairpin on
        """);

    assertSameLinks(host, other);
  }

  @Test
  void readsWhatIpReads(Namespace pod) {
    addVeth(host, "knet0", pod, "eth0", 1400);
    host.run("ip", "link", "set", "knet0", "alias", "Grüße", "up");
    host.run("ip", "link", "add", "name", "br0", "type", "bridge");
    host.run("ip", "link", "set", "knet0", "master", "br0");
    host.run("ip", "link", "set", "knet0", "type", "bridge_slave", "hairpin", "on");

    pod.run("ip", "link", "set", "eth0", "up");
    Link link = links.awaitUp(links.byName("knet0").index(), SOON);

    JsonNode json = RouteFixture.ip(host, "-d", "link", "show", "knet0").get(0);
    assertThat(link.index()).isEqualTo(json.get("ifindex").intValue());
    assertThat(link.kind()).isEqualTo("veth");
    assertThat(link.mac().orElseThrow()).hasToString(json.get("address").textValue());
    assertThat(link.mtu()).isEqualTo(1400);
    assertThat(link.isUp()).isTrue();
    assertThat(link.operationalState()).hasToString(json.get("operstate").textValue());
    assertThat(link.alias()).isEqualTo("Grüße");
    assertThat(link.masterIndex()).isEqualTo(links.byName("br0").index());
    assertThat(link.hairpin()).isTrue();
    assertThat(link.peerNamespaceId()).hasValue(json.get("link_netnsid").intValue());
    try (RouteSocket inPod = RouteFixture.open(pod)) {
      assertThat(link.peerIndex()).isEqualTo(inPod.links().byName("eth0").index());
    }
    assertThat(links.byIndex(link.index())).isEqualTo(link);
  }

  @Test
  void letsTheRulesOfIpSeeWhatPassesABridge() {
    host.run("ip", "link", "add", "name", "br0", "type", "bridge");
    assertThat(links.filtersBridged(links.byName("br0"))).isFalse();
    assertThat(links.filtersBridged(links.byName("lo"))).isFalse();

    links.filterBridged(links.byName("br0"), true);
    assertThat(links.filtersBridged(links.byName("br0"))).isTrue();
    JsonNode data =
        RouteFixture.ip(host, "-d", "link", "show", "br0").get(0).get("linkinfo").get("info_data");
    assertThat(data.get("nf_call_iptables").intValue()).isEqualTo(1);
    assertThat(data.get("nf_call_ip6tables").intValue()).isEqualTo(1);
    assertThat(data.get("nf_call_arptables").intValue()).isZero();

    host.run("ip", "link", "set", "br0", "type", "bridge", "nf_call_ip6tables", "0");
    assertThat(links.filtersBridged(links.byName("br0"))).isFalse();
    links.filterBridged(links.byName("br0"), false);
    assertThat(links.filtersBridged(links.byName("br0"))).isFalse();
  }

  @Test
  void readsADeviceThatNobodyMade() {
    Link lo = links.byName("lo");

    assertThat(lo.index()).isEqualTo(1);
    assertThat(lo.kind()).isEmpty();
    assertThat(lo.alias()).isEmpty();
    assertThat(lo.isLoopback()).isTrue();
    assertThat(lo.isUp()).isFalse();
    assertThat(lo.mtu()).isEqualTo(65536);
    assertThat(lo.peerIndex()).isZero();
    assertThat(lo.peerNamespaceId()).isEmpty();
  }

  @Test
  void setsTheMtuOfBothEnds(Namespace pod) {
    try (NetworkNamespace podHandle = RouteFixture.handle(pod);
        RouteSocket inPod = RouteFixture.open(pod)) {
      links.create(VethPair.of("knet0", "eth0").withPeerIn(podHandle).withMtu(9000));

      assertThat(links.byName("knet0").mtu()).isEqualTo(9000);
      assertThat(inPod.links().byName("eth0").mtu()).isEqualTo(9000);
    }
  }

  @Test
  void listsAllOrOneKind() {
    links.create(VethPair.of("one", "two"));
    links.createBridge("br0");

    assertThat(names(links.list())).containsExactlyInAnyOrder("lo", "one", "two", "br0");
    assertThat(names(links.list("veth"))).containsExactlyInAnyOrder("one", "two");
    assertThat(names(links.list("bridge"))).containsExactly("br0");
    assertThat(links.list("no such kind")).isEmpty();
  }

  @Test
  void changesSeveralThingsInOneMessage() {
    links.create(VethPair.of("one", "two"));
    MacAddress mac = MacAddress.parse("02:00:5e:10:00:01");

    links.change(
        links.byName("one"),
        LinkChange.nothing().name("uno").mtu(1300).mac(mac).alias("the first").up());

    Link uno = links.byName("uno");
    assertThat(uno.mtu()).isEqualTo(1300);
    assertThat(uno.mac()).contains(mac);
    assertThat(uno.alias()).isEqualTo("the first");
    assertThat(uno.isUp()).isTrue();
    assertThat(links.findByName("one")).isEmpty();

    links.change(uno, LinkChange.nothing().alias("").down());

    assertThat(links.byName("uno").alias()).isEmpty();
    assertThat(links.byName("uno").isUp()).isFalse();
  }

  @Test
  void keepsTheLongestAliasAndRefusesALongerOne() {
    links.create(VethPair.of("one", "two"));
    Link one = links.byName("one");
    String longest = "a".repeat(Link.MAX_ALIAS_BYTES);

    links.change(one, LinkChange.nothing().alias(longest));

    assertThat(links.byName("one").alias()).isEqualTo(longest);
    assertThatThrownBy(() -> links.change(one, LinkChange.nothing().alias(longest + "a")))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("set link one alias 'aaa")
        .hasMessageContaining("ERANGE");
  }

  @Test
  void takesAPortFromItsBridge() {
    links.createBridge("br0");
    links.create(VethPair.of("one", "two"));
    links.change(links.byName("one"), LinkChange.nothing().master(links.byName("br0")));
    assertThat(links.byName("one").masterIndex()).isEqualTo(links.byName("br0").index());

    links.change(links.byName("one"), LinkChange.nothing().noMaster());

    assertThat(links.byName("one").masterIndex()).isZero();
  }

  @Test
  void turnsHairpinOnAndOff() {
    links.createBridge("br0");
    links.create(VethPair.of("one", "two"));
    links.change(links.byName("one"), LinkChange.nothing().master(links.byName("br0")));
    assertThat(links.byName("one").hairpin()).isFalse();

    links.setHairpin(links.byName("one"), true);
    assertThat(links.byName("one").hairpin()).isTrue();

    links.setHairpin(links.byName("one"), false);
    assertThat(links.byName("one").hairpin()).isFalse();
  }

  @Test
  void movesALinkToAnotherNamespace(Namespace pod) {
    links.create(VethPair.of("one", "two"));

    try (NetworkNamespace podHandle = RouteFixture.handle(pod);
        RouteSocket inPod = RouteFixture.open(pod)) {
      links.change(
          links.byName("two"), LinkChange.nothing().namespace(podHandle).name("eth0").up());

      assertThat(links.findByName("two")).isEmpty();
      assertThat(inPod.links().byName("eth0").isUp()).isTrue();
    }
  }

  @Test
  void removesBothEndsByNameOrByIndex(Namespace pod) {
    try (NetworkNamespace podHandle = RouteFixture.handle(pod);
        RouteSocket inPod = RouteFixture.open(pod)) {
      links.create(VethPair.of("one", "eth0").withPeerIn(podHandle));
      links.delete("one");
      assertThat(names(inPod.links().list())).containsExactly("lo");

      links.create(VethPair.of("one", "eth0").withPeerIn(podHandle));
      inPod.links().delete(inPod.links().byName("eth0"));
      assertThat(names(links.list())).containsExactly("lo");
    }
  }

  @Test
  void saysWhichLinkIsMissing() {
    assertThat(links.findByName("nope")).isEmpty();
    assertThat(links.findByIndex(4711)).isEmpty();
    assertThatThrownBy(() -> links.byName("nope"))
        .isInstanceOf(NetlinkException.class)
        .hasMessage("get link nope: ENODEV (No such device)");
    assertThatThrownBy(() -> links.byIndex(4711))
        .hasMessage("get link 4711: ENODEV (No such device)");
    assertThatThrownBy(() -> links.delete("nope"))
        .hasMessage("delete link nope: ENODEV (No such device)");
  }

  @Test
  void saysWhichNameIsTaken() {
    links.create(VethPair.of("one", "two"));

    assertThatThrownBy(() -> links.create(VethPair.of("one", "three")))
        .isInstanceOf(NetlinkException.class)
        .hasMessage("add veth link one with peer three: EEXIST (File exists)");
  }

  @Test
  void saysThatTheKernelHasNoSuchLinks() {
    try (NetworkNamespace namespace = RouteFixture.handle(host);
        NetlinkSocket socket = namespace.call(() -> NetlinkSocket.open(NETLINK_ROUTE))) {
      assertThatThrownBy(() -> socket.request(LinkRequests.create("nosuch", "nosuch0")))
          .isInstanceOf(NetlinkException.class)
          .hasMessage(
              "add nosuch link nosuch0: EOPNOTSUPP (Operation not supported): Unknown device type");
    }
  }

  @Test
  @Tag("dummy")
  void makesTheDummyThatIpMakes(Namespace other) {
    links.createDummy("dummy0");
    other.run("ip", "link", "add", "dummy0", "type", "dummy");

    assertSameLinks(host, other);
    assertThat(links.byName("dummy0").kind()).isEqualTo("dummy");
  }

  @Test
  @Tag("vrf")
  void listsAVrfAndWhatIsInIt() {
    links.create(VethPair.of("one", "two"));
    host.run("ip", "link", "add", "vrf7", "type", "vrf", "table", "7");
    Link vrf = links.byName("vrf7");
    assertThat(vrf.kind()).isEqualTo("vrf");

    links.change(links.byName("one"), LinkChange.nothing().master(vrf));
    assertThat(links.byName("one").masterIndex()).isEqualTo(vrf.index());
    assertThat(host.run("ip", "-br", "link", "show", "vrf", "vrf7")).startsWith("one@two");

    links.change(links.byName("one"), LinkChange.nothing().noMaster());
    assertThat(links.byName("one").masterIndex()).isZero();
  }

  @Test
  void waitsUntilTheOtherEndIsUp() throws InterruptedException {
    links.create(VethPair.of("one", "two"));
    Link one = links.byName("one");
    links.change(one, LinkChange.nothing().up());
    Eventually.within(
        SOON,
        () ->
            assertThat(links.byName("one").operationalState())
                .isEqualTo(OperationalState.LOWERLAYERDOWN));
    Thread other =
        Thread.ofPlatform()
            .start(() -> links.change(links.byName("two"), LinkChange.nothing().up()));

    Link up = links.awaitUp(one.index(), SOON);

    assertThat(up.operationalState()).isEqualTo(OperationalState.UP);
    other.join();
  }

  @Test
  void saysInWhichStateALinkStayedThatDidNotComeUp() {
    links.create(VethPair.of("one", "two"));
    Link one = links.byName("one");
    links.change(one, LinkChange.nothing().up());

    assertThatThrownBy(() -> links.awaitUp(one.index(), Duration.ofMillis(50)))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("wait for link one to come up: ETIMEDOUT")
        .hasMessageContaining("it is set up, its operational state is ");
  }

  private static void addVeth(
      Namespace namespace, String name, Namespace peer, String peerName, int mtu) {
    Ip.batch(
        namespace,
        "link add name %s mtu %d type veth peer name %s mtu %d netns %s"
            .formatted(name, mtu, peerName, mtu, peer.name()));
  }

  private static List<String> names(List<Link> list) {
    return list.stream().map(Link::name).toList();
  }

  /** The operational state follows a little later. */
  private static void assertSameLinks(Namespace one, Namespace other) {
    Eventually.within(SOON, () -> assertThat(details(one)).isEqualTo(details(other)));
  }

  private static String details(Namespace namespace) {
    return RouteFixture.ipWithout(RANDOM, namespace, "-d", "link", "show");
  }

  @Test
  void nothingLeadsToALinkThatWasDeletedPromptly(Namespace pod) {
    for (int round = 0; round < 5; round++) {
      host.run("ip", "link", "add", "knet0", "type", "veth", "peer", "eth0", "netns", pod.name());
      host.run("ip", "link", "set", "knet0", "up");
      pod.run("ip", "link", "set", "eth0", "up");
      pod.run("ip", "address", "add", "fd00::2/128", "dev", "eth0", "nodad");
      host.run("ip", "route", "add", "10.1.1.2/32", "dev", "knet0");
      host.run("ip", "route", "add", "fd00::2/128", "dev", "knet0");

      links.deleteWithoutWaiting("knet0");

      assertThat(links.findByName("knet0")).isEmpty();
      assertThat(Ip.json(host, "-4", "route")).isEqualTo("[]");
      assertThat(Ip.json(host, "-6", "route")).isEqualTo("[]");
      assertThat(Ip.json(pod, "link", "show", "type", "veth")).isEqualTo("[]");
    }
  }

  @Test
  void deletingPromptlySaysWhatIsWrongAsDeletingDoes() {
    assertThatThrownBy(() -> links.deleteWithoutWaiting("knet0"))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("delete link knet0")
        .hasMessageContaining("ENODEV");
    assertThatThrownBy(() -> links.deleteWithoutWaiting("lo"))
        .hasMessageContaining("delete link lo");
  }
}
