package io.kindnet.netlink.nflog;

import io.kindnet.netlink.wire.Nfnetlink;

/** Message types and attributes of {@code linux/netfilter/nfnetlink_log.h}. */
final class NfLog {
  static final int NFULNL_MSG_PACKET = type(0);
  static final int NFULNL_MSG_CONFIG = type(1);

  static final int NFULA_PACKET_HDR = 1;
  static final int NFULA_MARK = 2;
  static final int NFULA_TIMESTAMP = 3;
  static final int NFULA_IFINDEX_INDEV = 4;
  static final int NFULA_IFINDEX_OUTDEV = 5;
  static final int NFULA_PAYLOAD = 9;
  static final int NFULA_PREFIX = 10;
  static final int NFULA_SEQ = 12;

  static final int NFULA_CFG_CMD = 1;
  static final int NFULA_CFG_MODE = 2;
  static final int NFULA_CFG_NLBUFSIZ = 3;
  static final int NFULA_CFG_TIMEOUT = 4;
  static final int NFULA_CFG_QTHRESH = 5;
  static final int NFULA_CFG_FLAGS = 6;

  static final int NFULNL_CFG_CMD_BIND = 1;
  static final int NFULNL_COPY_PACKET = 2;
  static final int NFULNL_CFG_F_SEQ = 1;

  /** {@code sizeof(struct nfulnl_msg_packet_hdr)}. */
  static final int PACKET_HDR_LENGTH = 4;

  /** {@code sizeof(struct nfulnl_msg_packet_timestamp)}. */
  static final int TIMESTAMP_LENGTH = 16;

  private NfLog() {}

  private static int type(int message) {
    return Nfnetlink.type(Nfnetlink.NFNL_SUBSYS_ULOG, message);
  }
}
