package io.kindnet.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which classes a JVM loaded, as it logs them.
 *
 * @param loaded all of them
 * @param notCached those that were not in its cache: read and verified, or made at run time
 */
record ClassLog(long loaded, long notCached) {
  private static final String SOURCE = " source: ";
  private static final String CACHE = SOURCE + "shared objects file";

  static ClassLog of(String text) {
    List<String> lines = text.lines().filter(line -> line.contains(SOURCE)).toList();
    return new ClassLog(lines.size(), lines.stream().filter(line -> !line.contains(CACHE)).count());
  }

  /**
   * The command line of a JVM, changed so that it logs the classes to {@code file}.
   *
   * @param command of a program without arguments of its own
   */
  static List<String> writing(List<String> command, Path file) {
    List<String> logging = new ArrayList<>(command);
    logging.add(command.size() - 1, "-Xlog:class+load:file=" + file);
    return logging;
  }
}
