package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.NLMSG_ERROR;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_ACK;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_ECHO;

import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.Wakeup;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A request that is waited for only until the kernel has done it and tells so, by the echo that
 * {@code NLM_F_ECHO} asks for; the call that sent it may last on. Kernels that give no echo of it
 * (the deletion of a link: before Linux 6.2) are waited for to the end.
 *
 * <p>One thread {@link #run}s it, another one {@link #await}s it. It has a socket of its own, which
 * goes with the later of the two.
 */
public final class EchoedRequest implements Runnable {
  /** The number of the only request on this socket. */
  private static final int SEQUENCE = 1;

  /** As long as the kernel takes: whoever sends a request has no other way out either. */
  private static final Duration UNTIL_SENT = Duration.ofDays(1);

  private final int protocol;
  private final MessageWriter request;
  private final CountDownLatch begun = new CountDownLatch(1);
  private final Wakeup sent = new Wakeup();
  private final AtomicInteger users = new AtomicInteger(2);
  private volatile @Nullable Channel channel;
  private volatile @Nullable RuntimeException unsent;

  /**
   * Nothing is sent yet.
   *
   * @param protocol {@code NETLINK_ROUTE} or {@code NETLINK_NETFILTER}
   */
  public EchoedRequest(int protocol, MessageWriter request) {
    this.protocol = protocol;
    this.request = request;
  }

  /**
   * Sends the request in the network namespace of the calling thread; returns when the kernel is
   * through with it.
   */
  @Override
  public void run() {
    try {
      Channel opened = Channel.open(protocol);
      channel = opened;
      begun.countDown();
      opened.send(request.finish(SEQUENCE, NLM_F_ACK | NLM_F_ECHO));
    } catch (KernelException refused) {
      unsent = refused;
    } finally {
      end();
    }
  }

  /** Instead of {@link #run}, where the thread for it could not go where it had to. */
  public void refuse(RuntimeException reason) {
    unsent = reason;
    end();
  }

  private void end() {
    begun.countDown();
    sent.signal();
    release();
  }

  /**
   * Waits until the request has been carried out.
   *
   * @throws NetlinkException if the kernel refused
   */
  public void await() {
    try {
      awaitBegin();
      Channel opened = channel;
      if (opened != null) {
        opened.socket().await(sent, UNTIL_SENT);
      }
      RuntimeException failure = unsent;
      if (failure != null) {
        throw failure;
      }
      throwIfRefused(Objects.requireNonNull(opened).receive());
    } finally {
      release();
    }
  }

  private void awaitBegin() {
    boolean interrupted = false;
    while (begun.getCount() > 0) {
      try {
        begun.await();
      } catch (InterruptedException e) {
        interrupted = true; // what was begun is waited for all the same
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void throwIfRefused(List<NetlinkMessage> answer) {
    for (NetlinkMessage message : answer) {
      if (message.type() == NLMSG_ERROR) {
        Acknowledgement.parse(message).throwIfError(request);
      }
    }
  }

  private void release() {
    if (users.decrementAndGet() == 0) {
      Channel opened = channel;
      if (opened != null) {
        opened.close();
      }
      sent.close();
    }
  }
}
