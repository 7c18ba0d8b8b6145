package io.kindnet.netlink.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many processors the kernel provides for: each has a value in some maps. */
final class Processors {
  private static final Path POSSIBLE = Path.of("/sys/devices/system/cpu/possible");

  private Processors() {}

  static int possible() {
    try {
      return count(Files.readString(POSSIBLE).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Counts a list of ranges.
   *
   * @param list such as {@code 0-3,8}
   */
  static int count(String list) {
    int sum = 0;
    for (String range : list.split(",", -1)) {
      int dash = range.indexOf('-');
      sum +=
          dash < 0
              ? 1
              : Integer.parseInt(range.substring(dash + 1))
                  - Integer.parseInt(range.substring(0, dash))
                  + 1;
    }
    return sum;
  }
}
