package io.kindnet.netlink.wire;

import java.time.Duration;

/**
 * The kernel's notifications of one kind. One thread reads; another one may close it.
 *
 * @param <B> what has come since the last read
 */
public interface EventSource<B> extends AutoCloseable {
  /**
   * Waits for notifications and takes all that are there.
   *
   * @param timeout how long to wait at the most
   * @return nothing after the time, or once this is closed
   */
  B next(Duration timeout);

  /** Whether {@link #close} was called. */
  boolean isClosed();

  /** Ends a {@link #next} of another thread. */
  @Override
  void close();
}
