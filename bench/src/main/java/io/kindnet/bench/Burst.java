package io.kindnet.bench;

import java.util.List;

/**
 * What many programs took together.
 *
 * @param wallNanos from before the first was started until the last had ended
 * @param samples in the order of the jobs
 */
record Burst(long wallNanos, List<Sample> samples) {
  Burst {
    samples = List.copyOf(samples);
  }

  double perSecond() {
    return samples.size() / (wallNanos / 1e9);
  }

  long failures() {
    return samples.stream().filter(sample -> sample.exit() != 0).count();
  }
}
