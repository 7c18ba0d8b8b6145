package io.kindnet.kindnetd.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the two text forms of metrics as strictly as their specifications allow: Prometheus 0.0.4
 * and OpenMetrics 1.0.0.
 */
final class MetricSamples {
  static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*\"";
  private static final Pattern SAMPLE =
      Pattern.compile(
          "(?<name>" + NAME + ")(?<labels>\\{" + LABEL + "(?:," + LABEL + ")*})? (?<value>\\S+)");
  private static final Pattern COMMENT =
      Pattern.compile("# (?<kind>HELP|TYPE|UNIT) (?<name>" + NAME + ") (?<text>.+)");
  private static final Map<String, List<String>> PROMETHEUS_SUFFIXES =
      Map.of(
          "counter", List.of(""),
          "gauge", List.of(""),
          "histogram", List.of("_bucket", "_count", "_sum"));
  private static final Map<String, List<String>> OPEN_METRICS_SUFFIXES =
      Map.of(
          "counter", List.of("_total"),
          "gauge", List.of(""),
          "info", List.of("_info"),
          "histogram", List.of("_bucket", "_count", "_sum"));

  private MetricSamples() {}

  /**
   * The value of each sample, by name and labels.
   *
   * @throws AssertionError if {@code body} is not what {@code contentType} says
   */
  static Map<String, Double> parse(String contentType, String body) {
    assertThat(contentType).isIn(PROMETHEUS, OPEN_METRICS);
    assertThat(body).endsWith("\n");
    List<String> lines = body.lines().toList();
    if (contentType.equals(OPEN_METRICS)) {
      assertThat(lines.getLast()).isEqualTo("# EOF");
      return samples(lines.subList(0, lines.size() - 1), OPEN_METRICS_SUFFIXES);
    }
    return samples(lines, PROMETHEUS_SUFFIXES);
  }

  private static Map<String, Double> samples(
      List<String> lines, Map<String, List<String>> suffixes) {
    Map<String, Double> samples = new TreeMap<>();
    Set<String> families = new HashSet<>();
    String family = "";
    String type = "";
    for (String line : lines) {
      Matcher comment = COMMENT.matcher(line);
      Matcher sample = SAMPLE.matcher(line);
      if (comment.matches()) {
        if (comment.group("kind").equals("TYPE")) {
          family = comment.group("name");
          type = comment.group("text");
          assertThat(families.add(family)).as("one family %s", family).isTrue();
          assertThat(suffixes).as(line).containsKey(type);
        }
      } else {
        assertThat(sample.matches()).as(line).isTrue();
        String name = sample.group("name");
        String labels = sample.group("labels") == null ? "" : sample.group("labels");
        assertThat(suffixes.getOrDefault(type, List.of()).stream().map(family::concat))
            .as(line)
            .contains(name);
        assertThat(samples.put(name + labels, Double.valueOf(sample.group("value"))))
            .as(line)
            .isNull();
      }
    }
    return samples;
  }
}
