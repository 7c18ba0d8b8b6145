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

/** Files and folders of kindnet's. */
final class FileLeftovers {
  /** EBUSY and EROFS, in the words of the C library. */
  private static final List<String> OF_MOUNTS =
      List.of("Device or resource busy", "Read-only file system");

  private final Report report;

  FileLeftovers(Report report) {
    this.report = report;
  }

  /** First of all: without it the runtime asks for no more pods here. */
  void removeConfiguration(Path folder) {
    report.remove(
        folder.resolve(CniConfigurationAgent.FILE), () -> CniConfigurationAgent.remove(folder));
    // one that was never finished
    removeFiles(folder, "." + CniConfigurationAgent.FILE);
  }

  void removePlugin(BinDirectory folder) {
    report.search(
        "the plugin in " + folder.path(),
        () -> {
          for (Path path : folder.remove()) {
            report.remove(path, () -> true);
          }
        });
  }

  /** The database, what belongs to it, and those that were set aside. */
  void removeDatabase(Path folder) {
    removeFiles(folder, Store.FILE_NAME);
    removeFolder(folder);
  }

  /** What an agent left that could not clean up behind itself. */
  void removeSocket(Path socket) {
    Path folder = socket.toAbsolutePath().getParent();
    if (folder != null) {
      removeFiles(folder, String.valueOf(socket.getFileName()));
      removeFiles(folder, CniCallAgent.LEFTOVERS);
      if (socket.equals(DelegationProtocol.DEFAULT_SOCKET)) {
        removeFolder(folder);
      }
    }
  }

  private void removeFiles(Path folder, String prefix) {
    report.search(
        "files in " + folder,
        () -> {
          for (Path file : list(folder)) {
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

  private void removeFolder(Path folder) {
    report.search(
        "files in " + folder,
        () -> {
          List<Path> others = list(folder);
          if (others.isEmpty()) {
            report.remove(folder, () -> removeUnlessMounted(folder));
          } else {
            report.leave(folder.toString(), "not kindnet's is " + others.getFirst().getFileName());
          }
        });
  }

  /**
   * In a pod it is where the host's folder is mounted, on a root file system that may not even be
   * written to; an empty folder is no harm.
   */
  private static boolean removeUnlessMounted(Path folder) throws IOException {
    try {
      return Files.deleteIfExists(folder);
    } catch (FileSystemException failure) {
      if (OF_MOUNTS.contains(String.valueOf(failure.getReason()))) {
        return false;
      }
      throw failure;
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
