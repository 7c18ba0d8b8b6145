package io.kindnet.demo;

import java.io.PrintStream;
import java.util.Locale;

/** A line for each step, with the time since the start. */
final class Progress {
  private final PrintStream out;
  private final long start = System.nanoTime();

  Progress(PrintStream out) {
    this.out = out;
  }

  void step(String text) {
    double seconds = (System.nanoTime() - start) / 1e9;
    out.println(String.format(Locale.ROOT, "%6.1f s  %s", seconds, text));
  }
}
