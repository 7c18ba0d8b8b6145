package io.kindnet.kindnetd.networkpolicy.denials;

/** So many lines in a second on average, and some more at once. For one thread. */
final class LineLimit {
  private static final double NANOS = 1e9;

  private final double perSecond;
  private final double most;
  private double left;
  private long last;

  /**
   * @param burst how many at once, after a time without any
   * @param now of {@link System#nanoTime}
   */
  LineLimit(int perSecond, int burst, long now) {
    this.perSecond = perSecond;
    this.most = burst;
    this.left = burst;
    this.last = now;
  }

  /** Whether there may be a line now; then it counts as one. */
  boolean tryTake(long now) {
    left = Math.min(most, left + (now - last) / NANOS * perSecond);
    last = now;
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }
}
