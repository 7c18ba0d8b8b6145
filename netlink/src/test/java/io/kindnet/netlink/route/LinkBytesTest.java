package io.kindnet.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LinkBytesTest {
  private static final MacAddress MAC = MacAddress.parse("02:00:5e:10:00:01");
  private static final MacAddress PEER_MAC = MacAddress.parse("02:00:5e:10:00:02");
  private static final Link KNET0 =
      new Link(
          5,
          "knet0",
          "veth",
          Optional.of(MAC),
          1400,
          0x11043,
          OperationalState.UP,
          "link-pod default/web",
          3,
          2,
          OptionalInt.of(0),
          true);

  @Test
  void asksForLinks() {
    Bytes.assertWritten(LinkRequests.get("eth0"), "link-get-by-name");
    Bytes.assertWritten(LinkRequests.get(5), "link-get-by-index");
    Bytes.assertWritten(LinkRequests.list("veth"), "link-list-veth");
  }

  @Test
  void makesAndRemovesLinks() {
    VethPair pair =
        new VethPair("knet0", "eth0", OptionalInt.of(7), 1400, Optional.empty(), Optional.empty());

    Bytes.assertWritten(LinkRequests.create(pair), "link-add-veth");
    Bytes.assertWritten(
        LinkRequests.create(pair.withMacs(MAC, PEER_MAC)), "link-add-veth-with-addresses");
    Bytes.assertWritten(LinkRequests.create("bridge", "br0"), "link-add-bridge");
    Bytes.assertWritten(LinkRequests.create("dummy", "dummy0"), "link-add-dummy");
    Bytes.assertWritten(LinkRequests.delete("knet0"), "link-delete");
  }

  @Test
  void changesLinks() {
    Link bridge = link(3, "br0");
    LinkChange change =
        LinkChange.nothing().name("uno").mtu(1300).mac(MAC).alias("hi").master(bridge).up();

    Bytes.assertWritten(change.toMessage(KNET0), "link-change");
    Bytes.assertWritten(LinkChange.nothing().down().noMaster().toMessage(KNET0), "link-set-down");
    Bytes.assertWritten(LinkRequests.hairpin(KNET0, true), "link-hairpin");
    Bytes.assertWritten(LinkRequests.filterBridged(bridge, true), "link-filter-bridged");
  }

  @Test
  void saysWhatAChangeDoesInTheOrderItWasWritten() {
    assertThat(LinkChange.nothing().mtu(1300).alias("a b").up().toMessage(KNET0).what())
        .isEqualTo("set link knet0 mtu 1300 alias 'a b' up");
  }

  @Test
  void readsALink() {
    Link link = LinkReader.read(Bytes.message("link"));

    assertThat(link).isEqualTo(KNET0);
    assertThat(link.isUp()).isTrue();
    assertThat(link.isOperational()).isTrue();
    assertThat(link.isLoopback()).isFalse();
    assertThat(RouteEvents.read(Bytes.message("link"))).isEqualTo(new RouteEvent.LinkChanged(link));
  }

  @Test
  void aBridgeSpeakingOfItsPortIsNoEvent() {
    assertThat(RouteEvents.read(Bytes.message("link-bridge-port"))).isNull();
  }

  @Test
  void readsAndWritesTheFixedPart() {
    IfInfoMessage info = IfInfoMessage.parse(Bytes.message("link"));

    assertThat(info).isEqualTo(new IfInfoMessage(0, 1, 5, 0x11043, 0));
    assertThat(IfInfoMessage.parse(Bytes.message("link-change")))
        .isEqualTo(new IfInfoMessage(0, 0, 5, 1, 1));
  }

  private static Link link(int index, String name) {
    return new Link(
        index,
        name,
        "bridge",
        Optional.empty(),
        1500,
        0,
        OperationalState.DOWN,
        "",
        0,
        0,
        OptionalInt.empty(),
        false);
  }
}
