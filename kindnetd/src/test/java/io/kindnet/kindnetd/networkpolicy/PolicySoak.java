package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.netlink.testing.Namespace;
import java.util.concurrent.TimeUnit;

/** Compares the kernel with the evaluator for a long time: see {@code make soak}. */
public final class PolicySoak {
  private PolicySoak() {}

  /**
   * Prints a line a minute, and ends with exit status 1 at the first packet of which the kernel
   * makes something else.
   *
   * @param arguments the number of minutes; the first seed, if it is not to be another one each
   *     time
   */
  public static void main(String[] arguments) {
    int minutes = Integer.parseInt(arguments[0]);
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    try (Namespace source = Namespace.create("source");
        Namespace node = Namespace.create("node");
        Namespace sink = Namespace.create("sink");
        KernelComparison comparison = new KernelComparison(source, node, sink)) {
      play(comparison, minutes, seed);
    } catch (AssertionError different) {
      System.out.println("policies: FAIL " + different.getMessage());
      System.exit(1);
    }
    System.out.println("policies: PASS");
  }

  private static void play(KernelComparison comparison, int minutes, long firstSeed) {
    long begin = System.nanoTime();
    long packets = 0;
    long seed = firstSeed;
    for (int minute = 1; minute <= minutes; minute++) {
      while (System.nanoTime() - begin < TimeUnit.MINUTES.toNanos(minute)) {
        packets += comparison.play(seed++);
      }
      System.out.printf(
          "policies: minute %d, %d packets, last seed %d%n", minute, packets, seed - 1);
    }
  }
}
