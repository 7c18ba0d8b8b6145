package io.kindnet.bench;

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
final class Surroundings {
  private static final Path DPKG = Path.of("/usr/bin/dpkg-query");

  private Surroundings() {}

  /** Lines for the head of a report. */
  static List<String> describe(Path dist) {
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
    lines.add(
        "Java runtime %s, dist/cni of %.1f MiB; peers: containernetworking-plugins %s"
            .formatted(javaVersion(dist), mebibytes(dist.resolve("cni")), peerVersion()));
    double load = Double.parseDouble(text("/proc/loadavg").split(" ", 2)[0]);
    lines.add("Load average before: %.2f".formatted(load));
    if (load > 0.3 * processors) {
      lines.add(
          "**Something else was running: read ratios of what was measured in turn, nothing else.**");
    }
    return lines;
  }

  private static String javaVersion(Path dist) {
    String release = text(dist.resolve("cni/lib/cni-kindnet/runtime/release").toString());
    return value(release, "JAVA_RUNTIME_VERSION=")
        .orElse(value(release, "JAVA_VERSION=").orElse("unknown"));
  }

  private static java.util.Optional<String> value(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).replace("\"", ""))
        .findFirst();
  }

  private static String field(String file, String name) {
    return text(file)
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown " + name.toLowerCase(Locale.ROOT));
  }

  private static double mebibytes(Path folder) {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum()
          / (1024.0 * 1024);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + folder, unreadable);
    }
  }

  /** The package's version: Debian builds the plugins without one inside. */
  private static String peerVersion() {
    if (!Files.isExecutable(DPKG)) {
      return "of unknown version";
    }
    try {
      Process query =
          new ProcessBuilder(
                  DPKG.toString(),
                  "--show",
                  "--showformat=${Version}",
                  "containernetworking-plugins")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new String(
          query.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot run " + DPKG, failed);
    }
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + file, unreadable);
    }
  }
}
