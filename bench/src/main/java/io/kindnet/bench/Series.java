package io.kindnet.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** All that was measured again and again, in the order in which it came first. */
final class Series {
  /**
   * One run.
   *
   * @param base what it is compared with: it ran shortly before, on a machine that was as busy
   */
  record Run(Sample sample, Sample base) {
    double wallMillis() {
      return sample.wallMillis();
    }

    double cpuMillis() {
      return sample.cpuMillis();
    }

    double peakMib() {
      return sample.peakMib();
    }

    double wallTimesBase() {
      return sample.wallMillis() / base.wallMillis();
    }

    double cpuTimesBase() {
      return sample.cpuMillis() / base.cpuMillis();
    }
  }

  private final Map<Subject, List<Run>> runs = new LinkedHashMap<>();

  void record(Subject subject, Run run) {
    runs.computeIfAbsent(subject, absent -> new ArrayList<>()).add(run);
  }

  Collection<Subject> subjects() {
    return runs.keySet();
  }

  /**
   * The spread of one figure.
   *
   * @throws IllegalArgumentException if it was not measured
   */
  Spread spread(Subject subject, ToDoubleFunction<Run> figure) {
    return Spread.of(runs.getOrDefault(subject, List.of()), figure);
  }
}
