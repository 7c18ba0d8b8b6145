package io.kindnet.netlink.testing;

import java.time.Duration;

/**
 * Deadlines of tests on a machine that is slower than those they were chosen for, such as one that
 * is emulated: the property {@code kindnet.deadline.factor} says how many times as long they are.
 */
public final class Deadlines {
  private static final String FACTOR = "kindnet.deadline.factor";

  private Deadlines() {}

  /** {@code usual} as it is on this machine. */
  public static Duration scaled(Duration usual) {
    return usual.multipliedBy(Integer.getInteger(FACTOR, 1));
  }
}
