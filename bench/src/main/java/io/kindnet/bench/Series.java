package io.kindnet.bench;

import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
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

    double wallMillisMore() {
      return sample.wallMillis() - base.wallMillis();
    }

    double cpuMillisMore() {
      return sample.cpuMillis() - base.cpuMillis();
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
   * All of it.
   *
   * @param way what the ways of the subjects are
   * @param base what the runs are compared with
   */
  Table table(String way, String base) {
    Table table =
        new Table(
            3,
            "operation",
            "program",
            way,
            "wall ms",
            "CPU ms",
            "peak MiB",
            "wall × " + base,
            "CPU × " + base,
            "runs");
    for (Subject subject : subjects()) {
      Spread wall = spread(subject, Run::wallMillis);
      table.row(
          subject.operation(),
          subject.who(),
          subject.way(),
          wall.toString(),
          spread(subject, Run::cpuMillis).toString(),
          spread(subject, Run::peakMib).toString(),
          Table.hundredths(spread(subject, Run::wallTimesBase).median()),
          Table.hundredths(spread(subject, Run::cpuTimesBase).median()),
          String.valueOf(wall.count()));
    }
    return table;
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
