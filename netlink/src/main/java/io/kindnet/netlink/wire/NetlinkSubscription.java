package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_ADD_MEMBERSHIP;
import static io.kindnet.netlink.wire.NetlinkConstants.NLMSG_ERROR;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_ACK;
import static io.kindnet.netlink.wire.NetlinkConstants.SOL_NETLINK;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Notifications of multicast groups, or of what was asked for, from the moment it is opened. One
 * thread reads; another one may close it.
 */
public final class NetlinkSubscription implements AutoCloseable {
  /**
   * What has come since the last read.
   *
   * @param messages the notifications in their order
   * @param lost whether some are missing, because they came faster than they were read: look at the
   *     state itself
   */
  public record Notifications(List<NetlinkMessage> messages, boolean lost) {}

  private static final int REQUEST_SEQUENCE = 1;

  private final Channel channel;
  private final List<NetlinkMessage> early = new ArrayList<>();
  private final Wakeup wakeup = new Wakeup();
  private final AtomicBoolean closed = new AtomicBoolean();

  private NetlinkSubscription(Channel channel) {
    this.channel = channel;
  }

  /**
   * Joins groups in the network namespace of the calling thread.
   *
   * @param protocol {@code NETLINK_ROUTE} or {@code NETLINK_NETFILTER}
   * @param groups the numbers of the groups, {@code RTNLGRP_} or {@code NFNLGRP_}
   */
  public static NetlinkSubscription open(int protocol, int... groups) {
    return join(Channel.open(protocol), groups);
  }

  /**
   * As {@link #open}, without what one's own requests cause: ten thousand routes made at once would
   * be as many notifications, which cost time and drive others out of the buffer. The kernel leaves
   * out each datagram whose first message names that socket.
   *
   * @param ownPort the number of the socket, see {@link NetlinkSocket#portId}
   */
  public static NetlinkSubscription excludingOwn(int protocol, int ownPort, int... groups) {
    Channel channel = Channel.open(protocol);
    try {
      channel.socket().ignore(NetlinkConstants.PORT_ID_OFFSET, ownPort);
    } catch (KernelException e) {
      channel.close();
      throw e;
    }
    return join(channel, groups);
  }

  /**
   * What the kernel sends to this socket alone after {@code request}, in the network namespace of
   * the calling thread.
   *
   * @param protocol {@code NETLINK_NETFILTER}, for one
   * @throws NetlinkException if the kernel refuses it
   */
  public static NetlinkSubscription onRequest(int protocol, MessageWriter request) {
    NetlinkSubscription subscription = new NetlinkSubscription(Channel.open(protocol));
    try {
      subscription.channel.send(request.finish(REQUEST_SEQUENCE, NLM_F_ACK));
      subscription.awaitAcknowledgement(request);
      return subscription;
    } catch (KernelException e) {
      subscription.close();
      throw e;
    }
  }

  /** What is sent meanwhile is for the first {@link #next}. */
  private void awaitAcknowledgement(MessageWriter request) {
    while (true) {
      for (NetlinkMessage message : channel.receive()) {
        if (message.type() == NLMSG_ERROR && message.sequence() == REQUEST_SEQUENCE) {
          Acknowledgement.parse(message).throwIfError(request);
          return;
        }
        early.add(message);
      }
    }
  }

  private static NetlinkSubscription join(Channel channel, int... groups) {
    try {
      for (int group : groups) {
        channel.socket().option(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
      }
      return new NetlinkSubscription(channel);
    } catch (KernelException e) {
      channel.close();
      throw e;
    }
  }

  /** Lets {@code listener} see every datagram from now on. */
  public synchronized void listener(MessageListener listener) {
    channel.listener(listener);
  }

  /**
   * Waits for notifications and takes all that are there.
   *
   * @param timeout how long to wait at the most
   * @return nothing after the time, or once this is closed
   */
  public synchronized Notifications next(Duration timeout) {
    List<NetlinkMessage> messages = new ArrayList<>(early);
    early.clear();
    Duration wait = messages.isEmpty() ? timeout : Duration.ZERO;
    if (closed.get() || !channel.socket().await(wakeup, wait)) {
      return new Notifications(messages, false);
    }
    boolean lost = false;
    while (true) {
      try {
        List<NetlinkMessage> received = channel.receiveIfAny();
        if (received == null) {
          return new Notifications(messages, lost);
        }
        messages.addAll(received);
      } catch (TruncatedDatagramException e) {
        lost = true;
      } catch (KernelException e) {
        if (e.errno() != Errno.ENOBUFS) {
          throw e;
        }
        lost = true;
      }
    }
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed.get();
  }

  /** Ends a {@link #next} of another thread, then leaves the groups. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      wakeup.signal();
      release();
    }
  }

  private synchronized void release() {
    channel.close();
    wakeup.close();
  }
}
