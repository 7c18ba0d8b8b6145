package io.kindnet.kindnetd.cleanup;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.cni.store.Store;
import io.kindnet.kindnetd.callserver.CniCallAgent;
import io.kindnet.kindnetd.cniconfig.CniConfigurationAgent;
import io.kindnet.kindnetd.files.Directories;
import io.kindnet.kindnetd.install.BinDirectory;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files and directories of kindnet's. */
final class FileLeftovers {
  /** EBUSY and EROFS, in the words of the C library. */
  private static final List<String> OF_MOUNTS =
      List.of("Device or resource busy", "Read-only file system");

  private final Report report;

  FileLeftovers(Report report) {
    this.report = report;
  }

  /** First of all: without it the runtime asks for no more pods here. */
  void removeConfiguration(Path directory) {
    report.remove(
        directory.resolve(CniConfigurationAgent.FILE),
        () -> CniConfigurationAgent.remove(directory));
    // one that was never finished
    removeFiles(directory, "." + CniConfigurationAgent.FILE);
  }

  void removePlugin(BinDirectory directory) {
    report.search(
        "the plugin in " + directory.path(),
        () -> {
          for (Path path : directory.remove()) {
            report.remove(path, () -> true);
          }
        });
  }

  /** The database, what belongs to it, and those that were set aside. */
  void removeDatabase(Path directory) {
    removeFiles(directory, Store.FILE_NAME);
    removeDirectory(directory);
  }

  /** What an agent left that could not clean up behind itself. */
  void removeSocket(Path socket) {
    Path directory = socket.toAbsolutePath().getParent();
    if (directory != null) {
      removeFiles(directory, String.valueOf(socket.getFileName()));
      removeFiles(directory, CniCallAgent.LEFTOVERS);
      if (socket.equals(DelegationProtocol.DEFAULT_SOCKET)) {
        removeDirectory(directory);
      }
    }
  }

  private void removeFiles(Path directory, String prefix) {
    report.search(
        "files in " + directory,
        () -> {
          for (Path file : list(directory)) {
            if (String.valueOf(file.getFileName()).startsWith(prefix)) {
              report.remove(file, () -> remove(file));
            }
          }
        });
  }

  private static boolean remove(Path file) throws IOException {
    Directories.remove(file);
    return true;
  }

  private void removeDirectory(Path directory) {
    report.search(
        "files in " + directory,
        () -> {
          List<Path> others = list(directory);
          if (others.isEmpty()) {
            report.remove(directory, () -> removeUnlessMounted(directory));
          } else {
            report.leave(
                directory.toString(), "not kindnet's is " + others.getFirst().getFileName());
          }
        });
  }

  /**
   * In a pod it is where the host's directory is mounted, on a root file system that may not even
   * be written to; an empty directory is no harm.
   */
  private static boolean removeUnlessMounted(Path directory) throws IOException {
    try {
      return Files.deleteIfExists(directory);
    } catch (FileSystemException failure) {
      if (OF_MOUNTS.contains(String.valueOf(failure.getReason()))) {
        return false;
      }
      throw failure;
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }
}
