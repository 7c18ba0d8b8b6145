package io.kindnet.netlink.route;

import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.nio.ByteBuffer;

/**
 * {@code struct rtmsg} of {@code linux/rtnetlink.h}: the fixed part of a message about a route.
 *
 * @param family {@code rtm_family}
 * @param destinationLength {@code rtm_dst_len}: prefix length of {@code RTA_DST}
 * @param table {@code rtm_table}: the table, 0 or another low number if {@code RTA_TABLE} says it
 * @param protocol {@code rtm_protocol}: {@code RTPROT_}
 * @param scope {@code rtm_scope}: {@code RT_SCOPE_}
 * @param type {@code rtm_type}: {@code RTN_}
 * @param flags {@code rtm_flags}: {@code RTM_F_}, and {@code RTNH_F_} of the only next hop
 */
record RouteMessage(
    int family, int destinationLength, int table, int protocol, int scope, int type, int flags) {
  static final int LENGTH = 12;

  /** Reads the fixed part of {@code message}. */
  static RouteMessage parse(NetlinkMessage message) {
    ByteBuffer bytes = message.require(LENGTH);
    return new RouteMessage(
        bytes.get(0) & 0xff,
        bytes.get(1) & 0xff,
        bytes.get(4) & 0xff,
        bytes.get(5) & 0xff,
        bytes.get(6) & 0xff,
        bytes.get(7) & 0xff,
        bytes.getInt(8));
  }

  void writeTo(MessageWriter writer) {
    writer
        .u8(family)
        .u8(destinationLength)
        .u8(0) // rtm_src_len
        .u8(0) // rtm_tos
        .u8(table)
        .u8(protocol)
        .u8(scope)
        .u8(type)
        .u32(flags);
  }
}
