package io.kindnet.measuring;

import java.util.List;

/**
 * What many programs took together.
 *
 * @param wallNanos from before the first was started until the last had ended
 * @param watchedNanos CPU time of the watched process, from before the first was started until it
 *     had nothing to do any more; 0 if none is watched
 * @param samples in the order of the jobs, without that
 */
public record Burst(long wallNanos, long watchedNanos, List<Sample> samples) {
  /** Copies the list. */
  public Burst {
    samples = List.copyOf(samples);
  }

  /** How many programs a second. */
  public double perSecond() {
    return samples.size() / (wallNanos / 1e9);
  }

  /** CPU time for each program, with its share of what the watched process took. */
  public double cpuMillisEach() {
    double own = samples.stream().mapToDouble(Sample::cpuMillis).sum();
    return (own + watchedNanos / 1e6) / samples.size();
  }

  /** How many ended with another status than 0. */
  public long failures() {
    return samples.stream().filter(sample -> sample.exit() != 0).count();
  }
}
