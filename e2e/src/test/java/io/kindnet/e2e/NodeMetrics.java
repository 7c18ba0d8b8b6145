package io.kindnet.e2e;

import io.kindnet.e2e.cluster.Node;
import java.util.List;

/**
 * What the agent of a node exports.
 *
 * @param lines in the Prometheus text format
 */
record NodeMetrics(List<String> lines) {

  /** Those of this moment. */
  static NodeMetrics of(Node node) {
    return new NodeMetrics(
        node.machine().run("curl", "-sSf", "http://127.0.0.1:19080/metrics").lines().toList());
  }

  /** The values of a metric added up, whatever its labels are; 0 if it is not there. */
  double sum(String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
