package io.kindnet.measuring;

/**
 * What one program took, from its start to its end. Time and memory are of the program and all its
 * descendants that were waited for, as wait4(2) counts them.
 *
 * @param wallNanos from before it was started until it had ended
 * @param cpuMicros user and system time together
 * @param peakKib the greatest resident set of any one process
 * @param exit the exit status, -N after signal N
 */
public record Sample(
    long wallNanos, long cpuMicros, long peakKib, int exit, String output, String errors) {
  /** This one and then {@code next}, as one: what {@code next} printed is what was printed. */
  public Sample then(Sample next) {
    return new Sample(
        wallNanos + next.wallNanos,
        cpuMicros + next.cpuMicros,
        Math.max(peakKib, next.peakKib),
        next.exit,
        next.output,
        next.errors);
  }

  /** The same, with CPU time that another process took for it. */
  public Sample and(long micros) {
    return new Sample(wallNanos, cpuMicros + micros, peakKib, exit, output, errors);
  }

  /**
   * This sample.
   *
   * @throws AssertionError if the program failed, with what it said
   */
  public Sample orFail(String what) {
    if (exit != 0) {
      throw new AssertionError(what + " ended with " + exit + ": " + output + errors);
    }
    return this;
  }

  /** From its start to its end, in milliseconds. */
  public double wallMillis() {
    return wallNanos / 1e6;
  }

  /** User and system time, in milliseconds. */
  public double cpuMillis() {
    return cpuMicros / 1e3;
  }

  /** The greatest resident set, in MiB. */
  public double peakMib() {
    return peakKib / 1024.0;
  }
}
