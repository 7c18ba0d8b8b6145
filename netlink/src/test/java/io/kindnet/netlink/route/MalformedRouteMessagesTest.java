package io.kindnet.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.wire.MalformedMessageException;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever arrives, reading ends with a value or says what is wrong. */
class MalformedRouteMessagesTest {
  private static final int RTNH_LEN_OFFSET = 16; // struct rtmsg, then RTA_MULTIPATH's header
  private static final int MUTATIONS = 20_000;

  private int read;
  private int refused;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "link",
        "address-ipv4",
        "address-ipv6",
        "route",
        "route-add-via",
        "route-replace-multipath",
        "neighbour",
        "neighbour-add",
        "netconf"
      })
  void survivesACutAtEveryByte(String name) {
    NetlinkMessage whole = Bytes.message(name);
    for (int length = 0; length < whole.payload().limit(); length++) {
      tryToRead(withPayload(whole, whole.payload().slice(0, length)));
    }

    assertThat(refused).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "link",
        "address-ipv4",
        "address-ipv6",
        "route",
        "route-add-via",
        "route-replace-multipath",
        "neighbour",
        "neighbour-add",
        "netconf"
      })
  void survivesRandomBytesInAnyPlace(String name) {
    NetlinkMessage whole = Bytes.message(name);
    Random random = new Random(name.hashCode());
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = new byte[whole.payload().limit()];
      whole.payload().get(0, bytes);
      for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      tryToRead(withPayload(whole, ByteBuffer.wrap(bytes)));
    }

    assertThat(read).isPositive();
    assertThat(refused).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"link, 16", "address-ipv4, 8", "route, 12", "neighbour, 12", "netconf, 1"})
  void namesWhatIsMissingOfTheFixedPart(String name, int needed) {
    NetlinkMessage whole = Bytes.message(name);

    assertThatThrownBy(() -> read(withPayload(whole, whole.payload().slice(0, needed - 1))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(
            "message of type %d has %d bytes after its header, %d are needed"
                .formatted(whole.type(), needed - 1, needed));
  }

  @ParameterizedTest
  @CsvSource({"link, 16, 3", "address-ipv4, 8, 1", "neighbour, 12, 1"})
  void namesTheAttributeThatIsMissing(String name, int fixedPart, int attribute) {
    NetlinkMessage whole = Bytes.message(name);

    assertThatThrownBy(() -> read(withPayload(whole, whole.payload().slice(0, fixedPart))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("attribute " + attribute + " is missing");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 200})
  void aNextHopOfAWrongLengthNeitherLoopsNorReachesOutside(int length) {
    NetlinkMessage whole = Bytes.message("route-replace-multipath");
    byte[] bytes = new byte[whole.payload().limit()];
    whole.payload().get(0, bytes);
    NetlinkMessage wrong = withPayload(whole, ByteBuffer.wrap(bytes));
    wrong.payload().putShort(RTNH_LEN_OFFSET, (short) length);

    assertThatThrownBy(() -> RouteReader.read(wrong))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("next hop says it has " + length + " bytes, 56 are left");
  }

  @Test
  void aPrefixLongerThanItsFamilyIsRefused() {
    NetlinkMessage route = Bytes.message("route-add-via");
    route.payload().put(1, (byte) 33);
    assertThatThrownBy(() -> RouteReader.read(route))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("a route of IPV4 to 4 bytes/33");

    NetlinkMessage address = Bytes.message("address-ipv4");
    address.payload().put(1, (byte) 33);
    assertThatThrownBy(() -> AddressMessages.read(address))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("address of family 2 with 4 bytes and prefix length 33");
  }

  private void tryToRead(NetlinkMessage message) {
    try {
      read(message);
      read++;
    } catch (MalformedMessageException expected) {
      refused++;
    }
  }

  private static void read(NetlinkMessage message) {
    if (message.type() == Rtnetlink.RTM_NEWNEIGH) {
      NeighbourMessages.read(message);
    } else if (message.type() == Rtnetlink.RTM_NEWNETCONF) {
      Netconf.read(message);
    } else {
      RouteEvents.read(message);
    }
  }

  private static NetlinkMessage withPayload(NetlinkMessage message, ByteBuffer payload) {
    return new NetlinkMessage(
        message.type(),
        message.flags(),
        message.sequence(),
        message.portId(),
        payload.order(ByteOrder.nativeOrder()));
  }
}
