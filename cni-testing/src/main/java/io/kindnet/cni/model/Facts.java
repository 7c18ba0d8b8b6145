package io.kindnet.cni.model;

import java.util.Set;
import java.util.TreeSet;

/**
 * What is expected of a node, a line for each row, link, address, route and map element.
 *
 * @param must what must be there
 * @param may what may be there besides; nothing else may
 */
record Facts(Set<String> must, Set<String> may) {
  Facts() {
    this(new TreeSet<>(), new TreeSet<>());
  }

  void add(boolean certain, String line) {
    (certain ? must : may).add(line);
  }

  /**
   * Compares.
   *
   * @throws AssertionError with the lines that differ
   */
  void requireOf(Set<String> observed) {
    StringBuilder problems = new StringBuilder();
    for (String line : must) {
      if (!observed.contains(line)) {
        problems.append("\n  is missing: ").append(line);
      }
    }
    for (String line : observed) {
      if (!must.contains(line) && !may.contains(line)) {
        problems.append("\n  must not be: ").append(line);
      }
    }
    if (!problems.isEmpty()) {
      throw new AssertionError("the node is not as it must be:" + problems);
    }
  }
}
