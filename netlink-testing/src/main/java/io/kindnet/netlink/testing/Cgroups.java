package io.kindnet.netlink.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Cgroups of either version, which all lie below one directory. */
final class Cgroups {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  /** A process that was killed leaves its cgroup a little later. */
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private Cgroups() {}

  /**
   * Removes the cgroup {@code name}, with those below it, from every hierarchy that has it.
   *
   * @param name an absolute path within a hierarchy, such as {@code /kt-1-2-node}
   */
  static void remove(String name) {
    for (Path hierarchy : hierarchies()) {
      Path cgroup = hierarchy.resolve(name.substring(1));
      if (Files.isDirectory(cgroup)) {
        Eventually.within(DEADLINE, () -> removeTree(cgroup));
      }
    }
  }

  /**
   * Where hierarchies are mounted: the root itself (version 2), and directories in it (version 1).
   */
  private static List<Path> hierarchies() {
    List<Path> hierarchies = new ArrayList<>(directories(ROOT));
    hierarchies.add(ROOT);
    return hierarchies;
  }

  /** The files in a cgroup go with its directory. */
  private static void removeTree(Path cgroup) throws IOException {
    for (Path child : directories(cgroup)) {
      removeTree(child);
    }
    Files.deleteIfExists(cgroup);
  }

  private static List<Path> directories(Path parent) {
    List<Path> directories = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(parent, Files::isDirectory)) {
      children.forEach(directories::add);
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IOException unreadable) {
      throw new AssertionError("cannot list " + parent, unreadable);
    }
    return directories;
  }
}
