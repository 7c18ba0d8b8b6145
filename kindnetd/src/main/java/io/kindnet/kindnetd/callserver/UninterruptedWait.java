package io.kindnet.kindnetd.callserver;

/** A wait of somebody who ends, for which an interrupt of before is no reason to hurry. */
final class UninterruptedWait {
  private UninterruptedWait() {}

  /** What is waited for; it has a deadline of its own. */
  @FunctionalInterface
  interface End {
    void await() throws InterruptedException;
  }

  /** Waits; another interrupt ends it. Either stays for who comes next. */
  static void until(End end) {
    boolean interrupted = Thread.interrupted();
    try {
      end.await();
    } catch (InterruptedException again) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
