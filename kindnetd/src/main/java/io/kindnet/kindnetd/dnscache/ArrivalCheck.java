package io.kindnet.kindnetd.dnscache;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what the kernel was told to bring to the cache with what comes: a firewall of the node
 * may drop it on the way, for it did not expect such packets.
 */
final class ArrivalCheck implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ArrivalCheck.class);

  /** So many packets that do not come are no chance. */
  private static final int ENOUGH = 3;

  private final LongSupplier sent;
  private final LongSupplier received;
  private final Runnable lost;
  private final Duration interval;
  private final CountDownLatch closed = new CountDownLatch(1);
  // of the thread alone
  private long lastSent;
  private long lastReceived;
  private boolean suspected;

  /**
   * Starts nothing yet.
   *
   * @param sent how many packets the kernel has sent to the cache, from zero again when its rules
   *     are made again
   * @param received how many have come
   * @param lost runs once, when some were sent and none has come
   */
  ArrivalCheck(LongSupplier sent, LongSupplier received, Runnable lost, Duration interval) {
    this.sent = sent;
    this.received = received;
    this.lost = lost;
    this.interval = interval;
  }

  void start() {
    Thread.ofVirtual().name("arrival of DNS queries").start(this::run);
  }

  private void run() {
    try {
      boolean comes = true;
      while (comes && !closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
        try {
          comes = comes();
        } catch (RuntimeException refused) {
          log.debug("the counters of DNS queries cannot be read", refused);
        }
      }
      if (!comes) {
        lost.run();
      }
    } catch (InterruptedException ended) {
      close();
    }
  }

  private boolean comes() {
    long nowReceived = received.getAsLong();
    long nowSent = sent.getAsLong();
    if (nowReceived != lastReceived || nowSent < lastSent) {
      lastReceived = nowReceived;
      lastSent = nowSent;
      suspected = false;
      return true;
    }
    boolean missing = nowSent - lastSent >= ENOUGH;
    // what has just been sent may be on its way
    boolean comes = !(missing && suspected);
    suspected = missing;
    return comes;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
