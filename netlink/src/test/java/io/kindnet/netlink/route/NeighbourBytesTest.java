package io.kindnet.netlink.route;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWNEIGH;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class NeighbourBytesTest {
  private static final Neighbour PERMANENT =
      new Neighbour(
          5,
          parse("fd00::7"),
          Optional.of(MacAddress.parse("02:00:5e:10:00:01")),
          Neighbour.NUD_PERMANENT,
          0);

  @Test
  void writesNeighbours() {
    Bytes.assertWritten(
        NeighbourMessages.write("add", RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, PERMANENT),
        "neighbour-add");
    Bytes.assertWritten(NeighbourMessages.list(5), "neighbour-list");
  }

  @Test
  void readsNeighbours() {
    assertThat(NeighbourMessages.read(Bytes.message("neighbour-add"))).isEqualTo(PERMANENT);
    assertThat(NeighbourMessages.read(Bytes.message("neighbour")))
        .isEqualTo(
            new Neighbour(5, parse("192.168.0.7"), Optional.empty(), Neighbour.NUD_FAILED, 0));
  }
}
