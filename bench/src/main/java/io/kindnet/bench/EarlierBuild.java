package io.kindnet.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Another build of both programs, as {@code make release} packs them. */
final class EarlierBuild {
  private EarlierBuild() {}

  /**
   * Unpacks it.
   *
   * @param archives the directory of one {@code cni-kindnet-*.tar.gz} and one {@code
   *     kindnetd-*.tar.gz}
   * @param scratch a directory for what is in them
   * @return what {@code dist/} was
   */
  static Path unpack(Path archives, Path scratch) {
    Path dist = scratch.toAbsolutePath().resolve("earlier");
    run("rm", "-rf", dist.toString());
    extract(archive(archives, "cni-kindnet-*.tar.gz"), dist.resolve("cni"));
    extract(archive(archives, "kindnetd-*.tar.gz"), dist.resolve("kindnetd"));
    return dist;
  }

  private static Path archive(Path directory, String pattern) {
    var matcher = directory.getFileSystem().getPathMatcher("glob:" + pattern);
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found = files.filter(file -> matcher.matches(file.getFileName())).toList();
      if (found.size() != 1) {
        throw new AssertionError(directory + " has " + found.size() + " files " + pattern);
      }
      return found.getFirst();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot list " + directory, unreadable);
    }
  }

  private static void extract(Path archive, Path directory) {
    run("mkdir", "-p", directory.toString());
    run("tar", "-C", directory.toString(), "-xzf", archive.toString());
  }

  private static void run(String... command) {
    try {
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (status != 0) {
        throw new AssertionError(String.join(" ", command) + " ended with " + status);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot run " + command[0], failed);
    } catch (InterruptedException ended) {
      throw new IllegalStateException(ended);
    }
  }
}
