package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.HEADER_LENGTH;
import static io.kindnet.netlink.wire.NetlinkConstants.SOL_NETLINK;

import io.kindnet.netlink.libc.DatagramBatch;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.FilterInstruction;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.Wakeup;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Notifications of multicast groups that come by the hundred thousand a second: read many at a
 * time, and told without an object for each. The kernel never waits for the reader: what does not
 * fit the buffer is lost, and that is counted. One thread reads; another one may close it.
 */
public final class BulkSubscription implements AutoCloseable {
  /** Takes the notifications one by one. */
  @FunctionalInterface
  public interface Listener {
    /**
     * One message.
     *
     * @param type of its header
     * @param flags {@code NLM_F_} flags of its header
     * @param payload the bytes after the header, in native byte order; good until this returns
     */
    void message(int type, int flags, ByteBuffer payload);
  }

  private static final int DATAGRAMS = 128;
  private static final int MOST_BATCHES = 64;
  private static final int DATAGRAM_BYTES = 2048;
  private static final int PORT_OFFSET = 4;

  private final Channel channel;
  private final int[] groups;
  private final DatagramBatch batch = new DatagramBatch(DATAGRAMS, DATAGRAM_BYTES);
  private final Wakeup wakeup = new Wakeup();
  private final AtomicBoolean closed = new AtomicBoolean();

  private BulkSubscription(Channel channel, int[] groups) {
    this.channel = channel;
    this.groups = groups.clone();
  }

  /**
   * Joins groups in the network namespace of the calling thread.
   *
   * @param protocol {@code NETLINK_NETFILTER}, for one
   * @param bufferBytes how much the kernel keeps that was not read yet, its own bookkeeping
   *     included (about a kilobyte for each notification); as far as the rights of this process go
   * @param filter the kernel keeps only datagrams of which this program does not return 0
   * @param groups the numbers of the groups, {@code NFNLGRP_}
   */
  public static BulkSubscription open(
      int protocol, int bufferBytes, List<FilterInstruction> filter, int... groups) {
    Channel channel = Channel.open(protocol, bufferBytes);
    try {
      channel.socket().filter(filter);
      BulkSubscription subscription = new BulkSubscription(channel, groups);
      subscription.join();
      return subscription;
    } catch (KernelException e) {
      channel.close();
      throw e;
    }
  }

  /** Joins the groups again. */
  public synchronized void join() {
    ofAllGroups(NetlinkConstants.NETLINK_ADD_MEMBERSHIP);
  }

  /**
   * Leaves the groups, so that the kernel makes no notifications for this socket any more. What it
   * has made is still there to be read.
   */
  public synchronized void leave() {
    ofAllGroups(NetlinkConstants.NETLINK_DROP_MEMBERSHIP);
  }

  private void ofAllGroups(int option) {
    if (!closed.get()) {
      for (int group : groups) {
        channel.socket().option(SOL_NETLINK, option, group);
      }
    }
  }

  /**
   * Waits until there is something to read.
   *
   * @param timeout how long at the most
   * @return false after the time, or once this is closed
   */
  public synchronized boolean await(Duration timeout) {
    return !closed.get() && channel.socket().await(wakeup, timeout);
  }

  /**
   * Lets time pass in which notifications gather, so that they are read together.
   *
   * @param time ends early if this is closed
   */
  public synchronized void pause(Duration time) {
    if (!closed.get()) {
      wakeup.await(time);
    }
  }

  /**
   * Gives what is there to {@code listener}, without waiting: all of it, unless more comes all the
   * time.
   *
   * @throws MalformedMessageException if the kernel sent what is no message
   */
  public synchronized Taken take(Listener listener) {
    int messages = 0;
    boolean lost = false;
    for (int batches = 0; batches < MOST_BATCHES && !closed.get(); batches++) {
      try {
        channel.receive(batch);
      } catch (KernelException e) {
        if (e.errno() != Errno.ENOBUFS) {
          throw e;
        }
        lost = true;
        continue;
      }
      for (int i = 0; i < batch.count(); i++) {
        ByteBuffer datagram = batch.datagram(i);
        if (datagram == null) {
          lost = true;
        } else if (batch.sourceWord(i, PORT_OFFSET) == 0) {
          messages += split(datagram, listener);
        }
      }
      if (batch.count() < DATAGRAMS) {
        break;
      }
    }
    return new Taken(messages, lost);
  }

  /**
   * What was read.
   *
   * @param messages how many
   * @param lost whether some are missing, because they came faster than they were read
   */
  public record Taken(int messages, boolean lost) {}

  private static int split(ByteBuffer datagram, Listener listener) {
    int messages = 0;
    int end = datagram.limit();
    int at = datagram.position();
    while (end - at >= HEADER_LENGTH) {
      int length = datagram.getInt(at);
      if (length < HEADER_LENGTH || length > end - at) {
        throw new MalformedMessageException(
            "message says it has " + length + " bytes, " + (end - at) + " are left");
      }
      int type = datagram.getShort(at + 4) & 0xffff;
      int flags = datagram.getShort(at + 6) & 0xffff;
      datagram.limit(at + length).position(at + HEADER_LENGTH);
      listener.message(type, flags, datagram);
      messages++;
      datagram.limit(end);
      at += NetlinkConstants.align(length);
    }
    return messages;
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed.get();
  }

  /** Ends a wait of another thread, then leaves the groups. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      wakeup.signal();
      release();
    }
  }

  private synchronized void release() {
    channel.close();
    batch.close();
    wakeup.close();
  }
}
