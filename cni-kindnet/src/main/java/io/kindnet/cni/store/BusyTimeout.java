package io.kindnet.cni.store;

/**
 * How long a call waits for others.
 *
 * @param millis in milliseconds
 */
public record BusyTimeout(int millis) {
  /**
   * A node that starts all its pods at once has their calls queue up, each for a few milliseconds,
   * or for as long as the one that is first waits for a processor. Below the two minutes after
   * which kubelet gives up, so that it gets to see the reason.
   */
  public static final BusyTimeout USUAL = new BusyTimeout(90_000);

  private static final int MILLIS_PER_SECOND = 1_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** When it ends that begins now, in the time of {@link System#nanoTime}. */
  long deadline() {
    return System.nanoTime() + millis * NANOS_PER_MILLI;
  }

  /** Such as {@code 90 s}. */
  @Override
  public String toString() {
    return millis % MILLIS_PER_SECOND == 0 ? millis / MILLIS_PER_SECOND + " s" : millis + " ms";
  }
}
