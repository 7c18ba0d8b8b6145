package io.kindnet.kindnetd.dnscache.resolver;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How much is under way to servers, of which there is a limit. */
final class UnderWay {
  private final int most;
  private int count;

  UnderWay(int most) {
    this.most = most;
  }

  /** Whether one more may begin; each that did has to {@link #end}. */
  synchronized boolean begin() {
    if (count >= most) {
      return false;
    }
    count++;
    return true;
  }

  synchronized void end() {
    count--;
    if (count == 0) {
      notifyAll();
    }
  }

  synchronized boolean awaitNone(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (count > 0) {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) + 1;
      if (millis <= 1) {
        return false;
      }
      wait(millis);
    }
    return true;
  }
}
