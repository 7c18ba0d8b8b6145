package io.kindnet.netlink.conntrack;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_NETFILTER;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;

import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Notifications of flows in a network namespace, from the moment that this is opened. One thread
 * reads; another one may close it.
 */
public final class ConntrackEvents implements AutoCloseable {
  static final int NFNLGRP_CONNTRACK_NEW = 1; // linux/netfilter/nfnetlink.h
  static final int NFNLGRP_CONNTRACK_UPDATE = 2;
  static final int NFNLGRP_CONNTRACK_DESTROY = 3;

  /**
   * What has come since the last read.
   *
   * @param events in their order
   * @param lost whether some are missing, because they came faster than they were read
   */
  public record Events(List<FlowEvent> events, boolean lost) {}

  private final NetlinkSubscription subscription;

  private ConntrackEvents(NetlinkSubscription subscription) {
    this.subscription = subscription;
  }

  /** Begins to listen in the network namespace of the calling thread. */
  public static ConntrackEvents open() {
    return new ConntrackEvents(
        NetlinkSubscription.open(
            NETLINK_NETFILTER,
            NFNLGRP_CONNTRACK_NEW,
            NFNLGRP_CONNTRACK_UPDATE,
            NFNLGRP_CONNTRACK_DESTROY));
  }

  /**
   * Waits for notifications and takes all that are there.
   *
   * @param timeout how long to wait at the most
   * @return nothing after the time, or once this is closed
   */
  public Events next(Duration timeout) {
    NetlinkSubscription.Notifications notifications = subscription.next(timeout);
    List<FlowEvent> events = new ArrayList<>();
    for (NetlinkMessage message : notifications.messages()) {
      if (CtNetlink.isOfType(message, CtNetlink.IPCTNL_MSG_CT_DELETE)) {
        events.add(new FlowEvent(FlowEvent.Kind.DESTROYED, Flow.parse(message)));
      } else if (CtNetlink.isOfType(message, CtNetlink.IPCTNL_MSG_CT_NEW)) {
        boolean created = message.has(NLM_F_CREATE | NLM_F_EXCL);
        events.add(
            new FlowEvent(
                created ? FlowEvent.Kind.NEW : FlowEvent.Kind.CHANGED, Flow.parse(message)));
      }
    }
    return new Events(events, notifications.lost());
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return subscription.isClosed();
  }

  /** Ends a {@link #next} of another thread. */
  @Override
  public void close() {
    subscription.close();
  }
}
