package io.kindnet.measuring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What figures depend on beside the programs: the machine, and how busy it is. */
public final class Surroundings {
  private Surroundings() {}

  /**
   * Lines for the head of a report.
   *
   * @param programs a line on what is measured
   */
  public static List<String> describe(String programs) {
    List<String> lines = new ArrayList<>();
    int processors = Runtime.getRuntime().availableProcessors();
    lines.add(
        "%s; %d × %s; %.0f GiB; Linux %s"
            .formatted(
                Instant.now().truncatedTo(ChronoUnit.MINUTES),
                processors,
                field("/proc/cpuinfo", "model name"),
                Double.parseDouble(field("/proc/meminfo", "MemTotal").replace(" kB", ""))
                    / (1024 * 1024),
                System.getProperty("os.version")));
    lines.add(programs);
    double load = Double.parseDouble(text("/proc/loadavg").split(" ", 2)[0]);
    lines.add("Load average before: %.2f".formatted(load));
    if (load > 0.3 * processors) {
      lines.add(
          "**Something else was running: read ratios of what was measured in turn, nothing else.**");
    }
    return lines;
  }

  private static String field(String file, String name) {
    return text(file)
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown " + name.toLowerCase(Locale.ROOT));
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + file, unreadable);
    }
  }
}
