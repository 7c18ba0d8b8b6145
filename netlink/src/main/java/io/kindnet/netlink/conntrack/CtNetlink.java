package io.kindnet.netlink.conntrack;

import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;

/** Message types and attributes of {@code linux/netfilter/nfnetlink_conntrack.h}. */
final class CtNetlink {
  static final int IPCTNL_MSG_CT_NEW = 0;
  static final int IPCTNL_MSG_CT_GET = 1;
  static final int IPCTNL_MSG_CT_DELETE = 2;

  static final int IPCTNL_MSG_CT_GET_STATS_CPU = 4;
  static final int IPCTNL_MSG_CT_GET_STATS = 5;

  static final int CTA_TUPLE_ORIG = 1;
  static final int CTA_TUPLE_REPLY = 2;
  static final int CTA_STATUS = 3;
  static final int CTA_PROTOINFO = 4;
  static final int CTA_TIMEOUT = 7;
  static final int CTA_MARK = 8;
  static final int CTA_COUNTERS_ORIG = 9;
  static final int CTA_COUNTERS_REPLY = 10;
  static final int CTA_ID = 12;
  static final int CTA_ZONE = 18;
  static final int CTA_TIMESTAMP = 20;
  static final int CTA_MARK_MASK = 21;
  static final int CTA_FILTER = 25;
  static final int CTA_TIMESTAMP_EVENT = 27;

  static final int CTA_PROTOINFO_TCP = 1;
  static final int CTA_PROTOINFO_TCP_STATE = 1;

  static final int CTA_COUNTERS_PACKETS = 1;
  static final int CTA_COUNTERS_BYTES = 2;

  static final int CTA_TIMESTAMP_START = 1;
  static final int CTA_TIMESTAMP_STOP = 2;

  static final int CTA_STATS_GLOBAL_ENTRIES = 1;
  static final int CTA_STATS_GLOBAL_MAX_ENTRIES = 2;

  static final int CTA_TUPLE_IP = 1;
  static final int CTA_TUPLE_PROTO = 2;

  static final int CTA_IP_V4_SRC = 1;
  static final int CTA_IP_V4_DST = 2;
  static final int CTA_IP_V6_SRC = 3;
  static final int CTA_IP_V6_DST = 4;

  static final int CTA_PROTO_NUM = 1;
  static final int CTA_PROTO_SRC_PORT = 2;
  static final int CTA_PROTO_DST_PORT = 3;
  static final int CTA_PROTO_ICMP_ID = 4;
  static final int CTA_PROTO_ICMP_TYPE = 5;
  static final int CTA_PROTO_ICMP_CODE = 6;
  static final int CTA_PROTO_ICMPV6_ID = 7;
  static final int CTA_PROTO_ICMPV6_TYPE = 8;
  static final int CTA_PROTO_ICMPV6_CODE = 9;

  static final int CTA_FILTER_ORIG_FLAGS = 1;
  static final int CTA_FILTER_REPLY_FLAGS = 2;

  /** Which parts of a tuple a filter compares: {@code net/netfilter/nf_internals.h}. */
  static final int CTA_FILTER_F_CTA_IP_SRC = 1;

  static final int CTA_FILTER_F_CTA_IP_DST = 1 << 1;
  static final int CTA_FILTER_F_CTA_PROTO_NUM = 1 << 3;
  static final int CTA_FILTER_F_CTA_PROTO_SRC_PORT = 1 << 4;
  static final int CTA_FILTER_F_CTA_PROTO_DST_PORT = 1 << 5;

  /** Any version but 0 makes a deletion heed the family: it did not at first. */
  private static final int VERSION_WITH_FAMILY = 1;

  private CtNetlink() {}

  static MessageWriter message(String what, int message, int family) {
    return new MessageWriter(what, type(message), 0).u8(family).u8(VERSION_WITH_FAMILY).u16Be(0);
  }

  private static int type(int message) {
    return Nfnetlink.type(Nfnetlink.NFNL_SUBSYS_CTNETLINK, message);
  }

  /** Whether a received message has the type {@code message}. */
  static boolean isOfType(NetlinkMessage received, int message) {
    return received.type() == type(message);
  }
}
