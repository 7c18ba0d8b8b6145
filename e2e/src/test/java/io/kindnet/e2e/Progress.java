package io.kindnet.e2e;

import java.time.Duration;

/** Tells who waits for the scenarios what goes on. */
final class Progress {
  private static final long BEGIN = System.nanoTime();

  private Progress() {}

  /** Writes a line, with the seconds since the begin. */
  static void say(String line) {
    long seconds = Duration.ofNanos(System.nanoTime() - BEGIN).toSeconds();
    System.err.printf("%4d s  %s%n", seconds, line);
  }
}
