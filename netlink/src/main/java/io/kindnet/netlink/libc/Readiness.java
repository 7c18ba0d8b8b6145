package io.kindnet.netlink.libc;

import java.time.Duration;

/** Waits for one descriptor. */
final class Readiness {
  static final short POLLIN = 1; // asm-generic/poll.h
  static final short POLLOUT = 4;

  private static final int POLLFD_SIZE = 8; // sizeof(struct pollfd)

  private Readiness() {}

  /**
   * Waits until one of {@code events}, an error or the end is there.
   *
   * @param name what the message of an error calls the descriptor
   * @return false after {@code timeout}
   */
  static boolean await(Fd fd, short events, Duration timeout, String name) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (Memory memory = Memory.ofSize(POLLFD_SIZE)) {
      memory.putInt(0, fd.number());
      memory.putShort(4, events);
      while (true) {
        int ready = Libc.poll(memory, 1, millisUntil(deadline));
        if (ready >= 0) {
          return ready > 0;
        }
        Errno error = SystemCalls.lastError();
        if (error != Errno.EINTR) {
          throw new KernelException("wait on " + name, error);
        }
      }
    }
  }

  /** From now until {@code deadline} of {@link System#nanoTime}, rounded up, never negative. */
  static int millisUntil(long deadline) {
    long left = Math.max(0, deadline - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000);
  }
}
