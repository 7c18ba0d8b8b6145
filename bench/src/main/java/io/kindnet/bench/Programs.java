package io.kindnet.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What is measured, and beside what. */
final class Programs {
  private static final Path DPKG = Path.of("/usr/bin/dpkg-query");

  private Programs() {}

  /** A line for the head of a report. */
  static String describe(Path dist) {
    return "Java runtime %s, dist/cni of %.1f MiB; peers: containernetworking-plugins %s"
        .formatted(javaVersion(dist), mebibytes(dist.resolve("cni")), peerVersion());
  }

  private static String javaVersion(Path dist) {
    Path file = dist.resolve("cni/lib/cni-kindnet/runtime/release");
    try {
      String release = Files.readString(file);
      return value(release, "JAVA_RUNTIME_VERSION=")
          .orElse(value(release, "JAVA_VERSION=").orElse("unknown"));
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + file, unreadable);
    }
  }

  private static Optional<String> value(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).replace("\"", ""))
        .findFirst();
  }

  private static double mebibytes(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum()
          / (1024.0 * 1024);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + directory, unreadable);
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
      return new String(query.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot run " + DPKG, failed);
    }
  }
}
