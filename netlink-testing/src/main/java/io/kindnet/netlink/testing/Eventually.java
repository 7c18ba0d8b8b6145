package io.kindnet.netlink.testing;

import java.time.Duration;

/** Waits for what becomes true by itself. The only place of the tests that pauses. */
public final class Eventually {
  private static final long FIRST_PAUSE_MILLIS = 1;
  private static final long LONGEST_PAUSE_MILLIS = 50;

  private Eventually() {}

  /** Something that may be true. */
  @FunctionalInterface
  public interface Assertion {
    /** Throws an AssertionError, or any exception, as long as it is not true. */
    void check() throws Exception;
  }

  /**
   * Checks {@code assertion} until it holds, at least once, and again at the deadline.
   *
   * @param deadline on the machines that tests are written for; longer on others ({@link
   *     Deadlines})
   * @throws AssertionError the last one, if it did not hold within {@code deadline}; another
   *     exception comes as the cause of one
   */
  public static void within(Duration deadline, Assertion assertion) {
    long end = System.nanoTime() + Deadlines.scaled(deadline).toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      boolean last = System.nanoTime() - end >= 0;
      try {
        assertion.check();
        return;
      } catch (AssertionError notYet) {
        if (last) {
          throw notYet;
        }
      } catch (InterruptedException interrupted) {
        throw interruption(interrupted);
      } catch (Exception notYet) {
        if (last) {
          throw new AssertionError("still failing after " + deadline + ": " + notYet, notYet);
        }
      }
      long left = Math.max(0, (end - System.nanoTime()) / 1_000_000);
      pause(Math.min(pause, left));
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException interrupted) {
      throw interruption(interrupted);
    }
  }

  private static AssertionError interruption(InterruptedException interrupted) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted while waiting", interrupted);
  }
}
