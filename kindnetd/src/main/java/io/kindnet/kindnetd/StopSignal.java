package io.kindnet.kindnetd;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGTERM and SIGINT end the process in order and with exit status 0. The JVM's own way is to run
 * what {@link Runtime#addShutdownHook} was given and exit with 128 plus the signal; here that hook
 * interrupts the main thread, waits until it has stopped everything, and chooses the status.
 */
public final class StopSignal implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Thread main = Thread.currentThread();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean received;

  /** Begins to catch signals for the calling thread. */
  public static StopSignal install() {
    StopSignal signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(new Thread(signal::stop, "stop"));
    return signal;
  }

  /** Waits for a signal; if there was one already, returns at once. */
  public void await() {
    while (!received) {
      try {
        stopped.await();
      } catch (InterruptedException signalled) {
        // received tells a signal from anything else
      }
    }
  }

  /** Whether there was a signal. */
  public boolean received() {
    return received;
  }

  /** Says that everything has been stopped. */
  @Override
  public void close() {
    stopped.countDown();
  }

  private void stop() {
    if (stopped.getCount() == 0) {
      return; // the process ends by itself, with a status of its own
    }
    received = true;
    main.interrupt();
    try {
      boolean inTime = stopped.await(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      Runtime.getRuntime().halt(inTime ? 0 : 1);
    } catch (InterruptedException hurried) {
      Runtime.getRuntime().halt(1);
    }
  }
}
