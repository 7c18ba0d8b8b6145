package io.kindnet.e2e.scale;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Requests to the API server at a rate. */
final class RequestRate {
  private static final int WRITERS = 16;

  private RequestRate() {}

  /**
   * What came of it.
   *
   * @param count how many requests there were
   * @param seconds how long they took
   */
  record Outcome(int count, double seconds) {
    double perSecond() {
      return count / seconds;
    }
  }

  /**
   * Sends requests at a rate, or as fast as the API server can.
   *
   * @param seconds for how long
   * @param request is given their numbers from 0, on several threads
   */
  static Outcome send(double perSecond, int seconds, IntConsumer request) {
    AtomicInteger next = new AtomicInteger();
    long begin = System.nanoTime();
    long end = begin + TimeUnit.SECONDS.toNanos(seconds);
    Population.atOnce(
        IntStream.range(0, WRITERS).boxed().toList(),
        writer -> {
          while (System.nanoTime() < end) {
            int number = next.getAndIncrement();
            sleepUntil(begin + (long) (number / perSecond * 1e9));
            request.accept(number);
          }
        });
    return new Outcome(next.get(), (System.nanoTime() - begin) / 1e9);
  }

  private static void sleepUntil(long nanos) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos - System.nanoTime());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }
}
