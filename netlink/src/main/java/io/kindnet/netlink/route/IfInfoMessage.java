package io.kindnet.netlink.route;

import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.nio.ByteBuffer;

/**
 * {@code struct ifinfomsg} of {@code linux/rtnetlink.h}: the fixed part of a message about a link.
 *
 * @param family {@code ifi_family}: {@code AF_UNSPEC}, or {@code AF_BRIDGE} for what concerns a
 *     bridge's port
 * @param type {@code ifi_type}: {@code ARPHRD_}
 * @param index {@code ifi_index}; 0 where the name says which link, or for a new one
 * @param flags {@code ifi_flags}: {@code IFF_}
 * @param change {@code ifi_change}: which flags are meant
 */
record IfInfoMessage(int family, int type, int index, int flags, int change) {
  static final int LENGTH = 16;

  /** For a request about the link with {@code index}. */
  static IfInfoMessage of(int index) {
    return new IfInfoMessage(Rtnetlink.AF_UNSPEC, 0, index, 0, 0);
  }

  /** Reads the fixed part of {@code message}. */
  static IfInfoMessage parse(NetlinkMessage message) {
    ByteBuffer bytes = message.require(LENGTH);
    return new IfInfoMessage(
        bytes.get(0) & 0xff,
        bytes.getShort(2) & 0xffff,
        bytes.getInt(4),
        bytes.getInt(8),
        bytes.getInt(12));
  }

  void writeTo(MessageWriter writer) {
    writer.u8(family).u8(0).u16(type).u32(index).u32(flags).u32(change);
  }
}
