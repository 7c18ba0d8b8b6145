package io.kindnet.netlink.nflog;

import io.kindnet.netlink.wire.MessageWriter;
import java.time.Duration;

/**
 * How the kernel sends the packets of a group.
 *
 * @param copyRange how many bytes of a packet are copied at most, from its IP header on; a rule may
 *     ask for less
 * @param bufferBytes how long one datagram of the kernel may become; at most 131072
 * @param threshold how many packets are collected before a datagram is sent
 * @param timeout after which a datagram is sent, however few packets it has; in hundredths of a
 *     second
 */
public record GroupSettings(int copyRange, int bufferBytes, int threshold, Duration timeout) {
  private static final int MILLIS_OF_TICK = 10;

  /** Each packet at once, with its first 128 bytes: enough for the headers. */
  public static final GroupSettings HEADERS_AT_ONCE =
      new GroupSettings(128, 16 * 1024, 1, Duration.ofSeconds(1));

  /** Appends the attributes of {@code NFULNL_MSG_CONFIG}. */
  void pack(MessageWriter writer) {
    int mode = writer.begin(NfLog.NFULA_CFG_MODE); // struct nfulnl_msg_config_mode
    writer.u16Be(copyRange >>> 16).u16Be(copyRange).u8(NfLog.NFULNL_COPY_PACKET).u8(0).end(mode);
    writer.attributeU32Be(NfLog.NFULA_CFG_NLBUFSIZ, bufferBytes);
    writer.attributeU32Be(NfLog.NFULA_CFG_TIMEOUT, (int) (timeout.toMillis() / MILLIS_OF_TICK));
    writer.attributeU32Be(NfLog.NFULA_CFG_QTHRESH, threshold);
    writer.attributeU16Be(NfLog.NFULA_CFG_FLAGS, NfLog.NFULNL_CFG_F_SEQ);
  }
}
