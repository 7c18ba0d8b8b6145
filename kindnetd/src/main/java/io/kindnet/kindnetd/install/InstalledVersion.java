package io.kindnet.kindnetd.install;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One version of the plugin on the host: {@code bin}, {@code lib} and the list of its files.
 *
 * @param id its version and the digest of its files
 * @param directory all of it
 */
record InstalledVersion(String id, Path directory) {
  /** Whoever runs from this version through a JVM holds a shared lock on this file. */
  private static final String LOCK = "lib/cni-kindnet/jvm.options";

  static final String LIST = "files";

  static String id(String version, FileList files) {
    return version + "-" + files.digest();
  }

  Path lock() {
    return directory.resolve(LOCK);
  }

  Path list() {
    return directory.resolve(LIST);
  }

  /** The files that belong here; empty if the list itself is missing or damaged. */
  Optional<FileList> files() throws IOException {
    try {
      FileList files = FileList.parse(Files.readString(list()));
      return id.endsWith("-" + files.digest()) ? Optional.of(files) : Optional.empty();
    } catch (NoSuchFileException
        | NotDirectoryException
        | MalformedInputException
        | IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  /** What is wrong with it at first sight, empty for nothing; costs a look at each file. */
  Optional<String> damage() throws IOException {
    Optional<FileList> files = files();
    if (files.isEmpty()) {
      return Optional.of(
          Files.isDirectory(directory) ? directory + " is not whole" : directory + " is not there");
    }
    List<PluginFile> wrong = new ArrayList<>();
    for (PluginFile file : files.get().files()) {
      if (!file.looksRightIn(directory)) {
        wrong.add(file);
      }
    }
    if (wrong.isEmpty()) {
      return Optional.empty();
    }
    String more = wrong.size() == 1 ? "" : " (and " + (wrong.size() - 1) + " more)";
    return Optional.of(
        directory.resolve(wrong.getFirst().path()) + " is missing or was changed" + more);
  }
}
