package io.kindnet.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Files of names for dnsperf, as pods ask for them: of A and of AAAA. */
final class DnsNames {
  /** Whose records may be kept. */
  static final String NEAR = "near.bench";

  /** Whose records must not be kept (TTL 0). */
  static final String UNKEPT = "unkept.bench";

  /** Whose server takes a millisecond, as one on another machine does. */
  static final String FAR = "far.bench";

  private final Path directory;
  private final AtomicInteger files = new AtomicInteger();
  private final AtomicInteger names = new AtomicInteger();

  /**
   * @param directory where the files go
   */
  DnsNames(Path directory) {
    this.directory = directory;
  }

  /** So many names that no other file has. */
  Path unheard(String zone, int count) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "service-%d.shop.%s".formatted(names.incrementAndGet(), zone);
      lines.add(name + " A");
      lines.add(name + " AAAA");
    }
    return file(lines);
  }

  /** The lines of a file again and again, each so often followed by one for a name of its own. */
  Path mixed(Path known, int count, int unheardEach) {
    List<String> before = read(known);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(
          i % unheardEach == 0
              ? "service-%d.shop.%s A".formatted(names.incrementAndGet(), NEAR)
              : before.get(i % before.size()));
    }
    return file(lines);
  }

  /** A file with these lines. */
  Path file(List<String> lines) {
    Path file = directory.resolve("names-" + files.incrementAndGet());
    try {
      Files.createDirectories(directory);
      return Files.write(file, lines);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write " + file, failed);
    }
  }

  private static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot read " + file, failed);
    }
  }
}
