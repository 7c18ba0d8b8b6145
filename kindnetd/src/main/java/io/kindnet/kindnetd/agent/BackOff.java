package io.kindnet.kindnetd.agent;

import java.time.Duration;

/**
 * How long to wait before the next try: a delay that doubles with each failure. Not for several
 * threads.
 */
public final class BackOff {
  private final long first;
  private final long longest;
  private int failures;
  private String reason = "";

  /**
   * @param first the delay after one failure
   * @param longest the delay that is never exceeded
   */
  public BackOff(Duration first, Duration longest) {
    this.first = first.toNanos();
    this.longest = longest.toNanos();
  }

  /**
   * Counts a failure.
   *
   * @return whether its reason is another one than that of the last failure: each is worth one line
   *     in the log, however often it is tried
   */
  public boolean failed(Throwable failure) {
    String now = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    boolean isNew = !now.equals(reason);
    failures++;
    reason = now;
    return isNew;
  }

  /** Forgets all failures. */
  public void succeeded() {
    failures = 0;
    reason = "";
  }

  /** The reason of the last failure, for people; empty after a success. */
  public String reason() {
    return reason;
  }

  /** How many tries have failed since the last that did not. */
  public int failures() {
    return failures;
  }

  /** How long to wait now, in nanoseconds; 0 after a success. */
  public long nanos() {
    return failures == 0 ? 0 : Math.min(longest, first << Math.min(failures - 1, 20));
  }
}
