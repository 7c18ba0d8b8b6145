package io.kindnet.netlink.libc;

import java.util.concurrent.atomic.AtomicBoolean;

/** An open file descriptor, closed once. */
public final class Fd implements AutoCloseable {
  private final int number;
  private final AtomicBoolean open = new AtomicBoolean(true);

  Fd(int number) {
    this.number = number;
  }

  /**
   * The number that the kernel knows it by.
   *
   * @throws IllegalStateException once it is closed: the number may be another file's by then
   */
  public int number() {
    if (!open.get()) {
      throw new IllegalStateException("the file descriptor is closed");
    }
    return number;
  }

  @Override
  public void close() {
    if (open.compareAndSet(true, false)) {
      Libc.close(number);
    }
  }
}
