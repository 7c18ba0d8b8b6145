package io.kindnet.netlink.nflog;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_NETFILTER;

import io.kindnet.netlink.wire.EventSource;
import io.kindnet.netlink.wire.MessageListener;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the packets that rules log to one group, of a network namespace, from the moment that this
 * is opened. A group has one reader at a time. One thread reads; another one may close it.
 */
public final class NflogSocket implements EventSource<NflogSocket.Packets> {
  /**
   * What has come since the last read.
   *
   * @param packets in their order
   * @param missing how many packets of the group came before the last of these and were lost,
   *     because they came faster than they were read
   * @param overrun whether packets were lost whose number shows when the next one comes
   */
  public record Packets(List<LoggedPacket> packets, long missing, boolean overrun) {}

  private final NetlinkSubscription subscription;
  // of the reading thread: the number that the next packet has if none is lost
  private int expected;

  private NflogSocket(NetlinkSubscription subscription) {
    this.subscription = subscription;
  }

  /**
   * Begins to read, in the network namespace of the calling thread.
   *
   * @param group 0 to 65535
   * @throws io.kindnet.netlink.wire.NetlinkException {@code EPERM} if another program reads the
   *     group, or without {@code CAP_NET_ADMIN}; {@code EINVAL} if the kernel has no nfnetlink_log
   */
  public static NflogSocket open(int group, GroupSettings settings) {
    return new NflogSocket(
        NetlinkSubscription.onRequest(NETLINK_NETFILTER, configuration(group, settings)));
  }

  static MessageWriter configuration(int group, GroupSettings settings) {
    MessageWriter request =
        new MessageWriter("read group " + group + " of nflog", NfLog.NFULNL_MSG_CONFIG, 0)
            .u8(0)
            .u8(0)
            .u16Be(group) // struct nfgenmsg
            .attributeU8(NfLog.NFULA_CFG_CMD, NfLog.NFULNL_CFG_CMD_BIND);
    settings.pack(request);
    return request;
  }

  /** Lets {@code listener} see every datagram from now on. */
  public void listener(MessageListener listener) {
    subscription.listener(listener);
  }

  @Override
  public Packets next(Duration timeout) {
    NetlinkSubscription.Notifications notifications = subscription.next(timeout);
    List<LoggedPacket> packets = new ArrayList<>();
    long missing = 0;
    for (NetlinkMessage message : notifications.messages()) {
      if (message.type() == NfLog.NFULNL_MSG_PACKET) {
        LoggedPacket packet = LoggedPacket.parse(message);
        missing += Integer.toUnsignedLong(packet.sequence() - expected);
        expected = packet.sequence() + 1;
        packets.add(packet);
      }
    }
    return new Packets(packets, missing, notifications.lost());
  }

  @Override
  public boolean isClosed() {
    return subscription.isClosed();
  }

  /** Ends a {@link #next} of another thread, and gives the group up. */
  @Override
  public void close() {
    subscription.close();
  }
}
