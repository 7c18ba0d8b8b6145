package io.kindnet.kindnetd.fastpath;

/**
 * What the fast path was asked for.
 *
 * @param threshold {@code --fastpath-threshold}: the packets after which a flow takes it; 0 for
 *     never
 */
public record FastPathOptions(int threshold) {
  /** Whether it is used at all. */
  public boolean enabled() {
    return threshold > 0;
  }
}
