package io.kindnet.e2e.scale;

import java.util.List;

/**
 * What an agent tells of itself at {@code /metrics}.
 *
 * @param lines in the text format of Prometheus
 */
record Metrics(List<String> lines) {
  Metrics {
    lines = List.copyOf(lines);
  }

  static Metrics parse(String text) {
    return new Metrics(text.lines().filter(line -> !line.startsWith("#")).toList());
  }

  /**
   * The sum of all series of a metric that have the labels.
   *
   * @param labels such as {@code kind="write"}
   * @throws AssertionError if there is none
   */
  double sum(String name, String... labels) {
    double sum = 0;
    boolean found = false;
    for (String line : lines) {
      int value = line.lastIndexOf(' ');
      String series = line.substring(0, value);
      if (isOf(series, name) && hasAll(series, labels)) {
        sum += Double.parseDouble(line.substring(value + 1));
        found = true;
      }
    }
    if (!found) {
      throw new AssertionError("no metric " + name + " with " + List.of(labels));
    }
    return sum;
  }

  private static boolean isOf(String series, String name) {
    return series.equals(name) || series.startsWith(name + "{");
  }

  private static boolean hasAll(String series, String... labels) {
    for (String label : labels) {
      if (!series.contains("{" + label) && !series.contains("," + label)) {
        return false;
      }
    }
    return true;
  }
}
