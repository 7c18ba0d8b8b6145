package io.kindnet.kindnetd.dnscache.server;

/** The ends of threads. */
final class Threads {
  private Threads() {}

  /** Waits for the end of {@code thread}, which is near; an interrupt is kept for later. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
