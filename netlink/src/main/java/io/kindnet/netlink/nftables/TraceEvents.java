package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_NETFILTER;

import io.kindnet.netlink.wire.EventSource;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of the packets that some rule has traced, whoever's rule, in a network namespace,
 * from the moment that this is opened. One thread reads; another one may close it.
 */
public final class TraceEvents implements EventSource<TraceEvents.Batch> {
  private static final int NFNLGRP_NFTRACE = 9; // linux/netfilter/nfnetlink.h

  /**
   * What has come since the last read.
   *
   * @param events in their order
   * @param lost whether some are missing, because they came faster than they were read
   */
  public record Batch(List<TraceEvent> events, boolean lost) {}

  private final NetlinkSubscription subscription;

  private TraceEvents(NetlinkSubscription subscription) {
    this.subscription = subscription;
  }

  /** Begins to listen in the network namespace of the calling thread. */
  public static TraceEvents open() {
    return new TraceEvents(NetlinkSubscription.open(NETLINK_NETFILTER, NFNLGRP_NFTRACE));
  }

  @Override
  public Batch next(Duration timeout) {
    NetlinkSubscription.Notifications notifications = subscription.next(timeout);
    List<TraceEvent> events = new ArrayList<>();
    for (NetlinkMessage message : notifications.messages()) {
      if (NfTables.messageOf(message) == NfTables.NFT_MSG_TRACE) {
        events.add(TraceEvent.parse(message));
      }
    }
    return new Batch(events, notifications.lost());
  }

  @Override
  public boolean isClosed() {
    return subscription.isClosed();
  }

  @Override
  public void close() {
    subscription.close();
  }
}
