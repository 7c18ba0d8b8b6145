package io.kindnet.netlink.wire;

/** Constants of {@code linux/netlink.h}. */
public final class NetlinkConstants {
  /** Protocol of routing messages. */
  public static final int NETLINK_ROUTE = 0;

  /** Protocol of netfilter messages. */
  public static final int NETLINK_NETFILTER = 12;

  /** Type: nothing. */
  public static final int NLMSG_NOOP = 1;

  /** Type: acknowledgement or error. */
  public static final int NLMSG_ERROR = 2;

  /** Type: end of a dump. */
  public static final int NLMSG_DONE = 3;

  /** Type: data was lost. */
  public static final int NLMSG_OVERRUN = 4;

  /** Flag: this is a request. */
  public static final int NLM_F_REQUEST = 0x01;

  /** Flag: part of a reply of many messages. */
  public static final int NLM_F_MULTI = 0x02;

  /** Flag: answer with an acknowledgement. */
  public static final int NLM_F_ACK = 0x04;

  /** Flag: send the outcome as a notification to the requester too. */
  public static final int NLM_F_ECHO = 0x08;

  /** Flag: what was dumped changed meanwhile. */
  public static final int NLM_F_DUMP_INTR = 0x10;

  /** Flag of a get: the whole table. */
  public static final int NLM_F_ROOT = 0x100;

  /** Flag of a get: all that match. */
  public static final int NLM_F_MATCH = 0x200;

  /** Flags of a get: a dump. */
  public static final int NLM_F_DUMP = NLM_F_ROOT | NLM_F_MATCH;

  /** Flag of a new: replace what exists. */
  public static final int NLM_F_REPLACE = 0x100;

  /** Flag of a new: fail if it exists. */
  public static final int NLM_F_EXCL = 0x200;

  /** Flag of a new: create it if it does not exist. */
  public static final int NLM_F_CREATE = 0x400;

  /** Flag of a new: add to the end of the list. */
  public static final int NLM_F_APPEND = 0x800;

  /** Flag of a delete: not recursively. */
  public static final int NLM_F_NONREC = 0x100;

  /** Flag of an acknowledgement: the request is not repeated in it. */
  static final int NLM_F_CAPPED = 0x100;

  /** Flag of an acknowledgement: attributes follow. */
  static final int NLM_F_ACK_TLVS = 0x200;

  /** Flag of an attribute's type: it holds attributes. */
  public static final int NLA_F_NESTED = 0x8000;

  /** Flag of an attribute's type: its value is in network byte order. */
  static final int NLA_F_NET_BYTEORDER = 0x4000;

  /** The bits of an attribute's type that are the type. */
  static final int NLA_TYPE_MASK = ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER) & 0xffff;

  static final int SOL_NETLINK = 270;
  static final int NETLINK_ADD_MEMBERSHIP = 1;
  static final int NETLINK_DROP_MEMBERSHIP = 2;
  static final int NETLINK_CAP_ACK = 10;
  static final int NETLINK_EXT_ACK = 11;
  static final int NETLINK_GET_STRICT_CHK = 12;
  static final int NLMSGERR_ATTR_MSG = 1;
  static final int NLMSGERR_ATTR_OFFS = 2;
  static final int NLMSGERR_ATTR_MISS_TYPE = 5;

  /** {@code sizeof(struct nlmsghdr)}. */
  static final int HEADER_LENGTH = 16;

  /** Where {@code nlmsg_pid} is: who asked for what a notification tells. */
  static final int PORT_ID_OFFSET = 12;

  /** {@code sizeof(struct nlattr)}. */
  static final int ATTRIBUTE_HEADER_LENGTH = 4;

  private NetlinkConstants() {}

  /** {@code length} rounded up to the alignment of messages and attributes, 4. */
  static int align(int length) {
    return (length + 3) & ~3;
  }
}
