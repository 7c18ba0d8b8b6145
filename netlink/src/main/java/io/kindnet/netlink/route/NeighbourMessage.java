package io.kindnet.netlink.route;

import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.nio.ByteBuffer;

/**
 * {@code struct ndmsg} of {@code linux/neighbour.h}: the fixed part of a message about a neighbour.
 *
 * @param family {@code ndm_family}
 * @param index {@code ndm_ifindex}: the link
 * @param state {@code ndm_state}: {@code NUD_}
 * @param flags {@code ndm_flags}: {@code NTF_}
 */
record NeighbourMessage(int family, int index, int state, int flags) {
  static final int LENGTH = 12;

  /** Reads the fixed part of {@code message}. */
  static NeighbourMessage parse(NetlinkMessage message) {
    ByteBuffer bytes = message.require(LENGTH);
    return new NeighbourMessage(
        bytes.get(0) & 0xff, bytes.getInt(4), bytes.getShort(8) & 0xffff, bytes.get(10) & 0xff);
  }

  void writeTo(MessageWriter writer) {
    writer.u8(family).u8(0).u16(0).u32(index).u16(state).u8(flags).u8(0);
  }
}
