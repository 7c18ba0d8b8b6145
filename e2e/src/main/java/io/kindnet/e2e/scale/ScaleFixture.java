package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Cluster;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.util.List;

/**
 * What all parts work with.
 *
 * @param cluster of which only the API server runs
 * @param nodes what is written there
 * @param host where the agent runs
 * @param out where figures go
 * @param targets where they are judged
 */
record ScaleFixture(
    Cluster cluster, Population nodes, Host host, PrintStream out, Targets targets) {
  /** Begins a chapter of the report, with a few lines on what is in its table. */
  void chapter(String title, String... lines) {
    out.println("### " + title);
    if (lines.length > 0) {
      out.println();
      List.of(lines).forEach(out::println);
    }
  }

  /** Tells who waits what is going on. */
  void say(String text) {
    System.err.println(text);
  }
}
