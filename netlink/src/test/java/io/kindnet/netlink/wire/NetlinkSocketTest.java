package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_ROUTE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLMSG_DONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetlinkSocketTest {
  private static final int RTM_NEWLINK = 16;
  private static final int RTM_DELLINK = 17;
  private static final int RTM_GETLINK = 18;
  private static final int IFLA_IFNAME = 3;

  private final NetlinkSocket socket = NetlinkSocket.open(NETLINK_ROUTE);

  @AfterEach
  void closeSocket() {
    socket.close();
  }

  @Test
  void readsOneObject() {
    NetlinkMessage link = socket.get(getLink("get link lo", "lo"));

    assertThat(link.type()).isEqualTo(RTM_NEWLINK);
    assertThat(link.attributesAfter(16).get(IFLA_IFNAME).string()).isEqualTo("lo");
  }

  @Test
  void dumpsAllObjectsWithoutTheEndMarker() {
    MessageWriter request = new MessageWriter("list links", RTM_GETLINK, 0).bytes(new byte[16]);

    List<NetlinkMessage> links = socket.dump(request);

    assertThat(links)
        .extracting(link -> link.attributesAfter(16).get(IFLA_IFNAME).string())
        .contains("lo");
    assertThat(links).extracting(NetlinkMessage::type).doesNotContain(NLMSG_DONE);
  }

  @Test
  void anErrorSaysWhatWasBeingDoneAndWhatTheKernelSaid() {
    assertThatThrownBy(() -> socket.get(getLink("get link nope", "nope")))
        .isInstanceOf(NetlinkException.class)
        .hasMessage("get link nope: ENODEV (No such device)")
        .extracting(e -> ((NetlinkException) e).errno())
        .isEqualTo(Errno.ENODEV);
  }

  @Test
  void anErrorNamesTheOffendingAttribute() {
    MessageWriter tooLong = getLink("get a link", "a-name-that-is-far-too-long-for-a-link");

    assertThatThrownBy(() -> socket.request(tooLong))
        .hasMessageContaining("ERANGE")
        .hasMessageContaining("Attribute failed policy validation")
        .hasMessageContaining("attribute 3 at byte 32");
  }

  @Test
  void aBatchCarriesOutTheOthersWhereOneFails() {
    List<MessageWriter> requests = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      requests.add(deleteLink("delete link nope" + i, "nope" + i));
    }

    List<BatchFailure> failures = socket.batch(requests);

    assertThat(failures).hasSize(450);
    assertThat(failures.get(449).index()).isEqualTo(449);
    assertThat(failures.get(449).error())
        .hasMessage("delete link nope449: ENODEV (No such device)");
  }

  @Test
  void countsWhatItAsksAndWhatItWantsToChange() {
    RequestCount count = socket.count();

    socket.get(getLink("get link lo", "lo"));
    socket.dump(new MessageWriter("list links", RTM_GETLINK, 0).bytes(new byte[16]));
    assertThat(count.reads()).isEqualTo(2);
    assertThat(count.writes()).isZero();

    assertThatThrownBy(() -> socket.request(deleteLink("delete link nope", "nope")))
        .as("refused, and sent all the same")
        .isInstanceOf(NetlinkException.class);
    List<MessageWriter> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(deleteLink("delete link nope", "nope"));
    }
    socket.batch(many);
    assertThat(count.writes()).as("one by one, in however many datagrams").isEqualTo(301);
    assertThat(count.reads()).isEqualTo(2);
  }

  @Test
  void theListenerSeesBothDirections() {
    List<String> seen = new ArrayList<>();
    socket.listener((direction, bytes) -> seen.add(direction));

    socket.get(getLink("get link lo", "lo"));

    assertThat(seen).containsExactly("sent", "received");
  }

  private static MessageWriter getLink(String what, String name) {
    return new MessageWriter(what, RTM_GETLINK, 0)
        .bytes(new byte[16])
        .attributeString(IFLA_IFNAME, name);
  }

  private static MessageWriter deleteLink(String what, String name) {
    return new MessageWriter(what, RTM_DELLINK, 0)
        .bytes(new byte[16])
        .attributeString(IFLA_IFNAME, name);
  }
}
