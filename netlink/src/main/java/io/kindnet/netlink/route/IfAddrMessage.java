package io.kindnet.netlink.route;

import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.nio.ByteBuffer;

/**
 * {@code struct ifaddrmsg} of {@code linux/if_addr.h}: the fixed part of a message about an
 * address.
 *
 * @param family {@code ifa_family}
 * @param prefixLength {@code ifa_prefixlen}
 * @param flags {@code ifa_flags}: the low eight bits of the flags
 * @param scope {@code ifa_scope}: {@code RT_SCOPE_}
 * @param index {@code ifa_index}: the link
 */
record IfAddrMessage(int family, int prefixLength, int flags, int scope, int index) {
  static final int LENGTH = 8;

  /** Reads the fixed part of {@code message}. */
  static IfAddrMessage parse(NetlinkMessage message) {
    ByteBuffer bytes = message.require(LENGTH);
    return new IfAddrMessage(
        bytes.get(0) & 0xff,
        bytes.get(1) & 0xff,
        bytes.get(2) & 0xff,
        bytes.get(3) & 0xff,
        bytes.getInt(4));
  }

  void writeTo(MessageWriter writer) {
    writer.u8(family).u8(prefixLength).u8(flags).u8(scope).u32(index);
  }
}
