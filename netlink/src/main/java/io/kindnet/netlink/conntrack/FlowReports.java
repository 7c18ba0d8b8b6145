package io.kindnet.netlink.conntrack;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_NETFILTER;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;

import io.kindnet.netlink.wire.BulkSubscription;
import io.kindnet.netlink.wire.BulkSubscription.Taken;
import io.kindnet.netlink.wire.Nfnetlink;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Notifications of all flows of a network namespace, for who counts them: when they begin, when a
 * TCP connection is answered, and when they end. Of the other changes, of which there are most, the
 * kernel does not tell this socket. The kernel is never held up: it is not asked to keep flows
 * until their end was told ({@code NETLINK_BROADCAST_ERROR} would), so that notifications are lost
 * where they come faster than they are read. One thread reads; another one may close it.
 */
public final class FlowReports implements AutoCloseable {
  private static final int NEW =
      Nfnetlink.type(Nfnetlink.NFNL_SUBSYS_CTNETLINK, CtNetlink.IPCTNL_MSG_CT_NEW);
  private static final int DELETE =
      Nfnetlink.type(Nfnetlink.NFNL_SUBSYS_CTNETLINK, CtNetlink.IPCTNL_MSG_CT_DELETE);

  private final BulkSubscription subscription;

  private FlowReports(BulkSubscription subscription) {
    this.subscription = subscription;
  }

  /**
   * Begins to listen in the network namespace of the calling thread.
   *
   * @param bufferBytes how much the kernel keeps that was not read yet
   */
  public static FlowReports open(int bufferBytes) {
    return new FlowReports(
        BulkSubscription.open(
            NETLINK_NETFILTER,
            bufferBytes,
            FlowReportFilter.PROGRAM,
            ConntrackEvents.NFNLGRP_CONNTRACK_NEW,
            ConntrackEvents.NFNLGRP_CONNTRACK_UPDATE,
            ConntrackEvents.NFNLGRP_CONNTRACK_DESTROY));
  }

  /**
   * Waits until there is something.
   *
   * @return false after {@code timeout}, or once this is closed
   */
  public boolean await(Duration timeout) {
    return subscription.await(timeout);
  }

  /** Lets notifications gather for a while, so that they are read together. */
  public void pause(Duration time) {
    subscription.pause(time);
  }

  /**
   * Has the kernel tell nothing more until {@link #resume}; what it has told can still be taken.
   */
  public void suspend() {
    subscription.leave();
  }

  /** Listens again. */
  public void resume() {
    subscription.join();
  }

  /** Gives all that is there to {@code listener}, without waiting. */
  public Taken take(Consumer<FlowReport> listener) {
    return subscription.take((type, flags, payload) -> {
      if (type == NEW) {
        listener.accept(report(created(flags), payload));
      } else if (type == DELETE) {
        listener.accept(report(FlowEvent.Kind.DESTROYED, payload));
      }
    });
  }

  private static FlowReport report(FlowEvent.Kind kind, ByteBuffer payload) {
    return FlowReport.parse(kind, payload);
  }

  private static FlowEvent.Kind created(int flags) {
    int mask = NLM_F_CREATE | NLM_F_EXCL;
    return (flags & mask) == mask ? FlowEvent.Kind.NEW : FlowEvent.Kind.CHANGED;
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return subscription.isClosed();
  }

  /** Ends a wait of another thread. */
  @Override
  public void close() {
    subscription.close();
  }
}
