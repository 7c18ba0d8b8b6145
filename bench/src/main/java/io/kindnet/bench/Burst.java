package io.kindnet.bench;

import java.util.List;

/**
 * What many programs took together.
 *
 * @param wallNanos from before the first was started until the last had ended
 * @param watchedNanos CPU time of the watched process, from before the first was started until it
 *     had nothing to do any more; 0 if none is watched
 * @param samples in the order of the jobs, without that
 */
record Burst(long wallNanos, long watchedNanos, List<Sample> samples) {
  Burst {
    samples = List.copyOf(samples);
  }

  double perSecond() {
    return samples.size() / (wallNanos / 1e9);
  }

  /** CPU time for each program, with its share of what the watched process took. */
  double cpuMillisEach() {
    double own = samples.stream().mapToDouble(Sample::cpuMillis).sum();
    return (own + watchedNanos / 1e6) / samples.size();
  }

  long failures() {
    return samples.stream().filter(sample -> sample.exit() != 0).count();
  }
}
