package io.kindnet.netlink.unix;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What this process has open. */
final class OpenFiles {
  private OpenFiles() {}

  /** How many descriptors there are of files, sockets and so on whose name begins like this. */
  static long beginningWith(String name) throws IOException {
    long count = 0;
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        count += beginsWith(link, name) ? 1 : 0;
      }
    }
    return count;
  }

  private static boolean beginsWith(Path link, String name) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString().startsWith(name);
    } catch (NoSuchFileException closedMeanwhile) {
      return false;
    }
  }
}
