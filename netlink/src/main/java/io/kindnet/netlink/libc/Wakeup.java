package io.kindnet.netlink.libc;

import java.time.Duration;

/**
 * Ends a {@link NativeDatagramSocket#await} of another thread, for good, or one {@link Epoll#await}
 * for each signal: an eventfd.
 */
public final class Wakeup implements AutoCloseable {
  private static final int EFD_CLOEXEC = 0x80000;

  private final Fd event;
  private final Memory one = Memory.ofSize(Long.BYTES);

  /** A signal that has not been given. */
  public Wakeup() {
    event = new Fd(SystemCalls.check(Libc.eventfd(0, EFD_CLOEXEC), "create an event descriptor"));
    one.putLong(0, 1);
  }

  /** Gives the signal; waits from now on end at once. */
  public void signal() {
    Libc.write(event.number(), one, Long.BYTES);
  }

  /**
   * Waits for the signal itself.
   *
   * @return false after {@code timeout}
   */
  public boolean await(Duration timeout) {
    return Readiness.await(event, Readiness.POLLIN, timeout, "an event descriptor");
  }

  int number() {
    return event.number();
  }

  @Override
  public void close() {
    event.close();
    one.close();
  }
}
