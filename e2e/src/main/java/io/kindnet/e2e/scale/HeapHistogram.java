package io.kindnet.e2e.scale;

import java.util.List;

/** What {@code jcmd PID GC.class_histogram} prints. */
final class HeapHistogram {
  /** What the collector puts where nothing is, so that there is an object everywhere. */
  private static final String FILLER = "jdk.internal.vm.Filler";

  private HeapHistogram() {}

  /**
   * The bytes of all objects that are in use.
   *
   * @param text lines of rank, instances, bytes and class; the last one is the total of all
   */
  static long liveBytes(String text) {
    List<String> lines = text.stripTrailing().lines().toList();
    String total = lines.getLast();
    long bytes = Long.parseLong(total.substring(total.lastIndexOf(' ') + 1));
    for (String line : lines) {
      if (line.contains(FILLER)) {
        bytes -= Long.parseLong(line.strip().split("\\s+", -1)[2]);
      }
    }
    return bytes;
  }
}
