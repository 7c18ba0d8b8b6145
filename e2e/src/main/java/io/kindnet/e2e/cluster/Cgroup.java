package io.kindnet.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A cgroup, by the same name in all hierarchies. Who was started in it, and whatever that started,
 * is found through it, however the one who started it ended.
 *
 * @param name an absolute path within a hierarchy, such as {@code /kindnet-e2e-1/node1}
 */
record Cgroup(String name) {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final Path UNIFIED = ROOT.resolve("unified");
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** The file to write one's process id to, for who wants to belong to it; makes it. */
  Path entrance() {
    return create(pool()).resolve("cgroup.procs");
  }

  /** Makes it in all hierarchies, with what a kubelet expects of a cgroup that pods go into. */
  void prepareForPods() {
    for (Path hierarchy : hierarchies()) {
      Path parent = hierarchy;
      for (String step : name.substring(1).split("/", -1)) {
        Path child = parent.resolve(step);
        create(hierarchy, child);
        delegate(parent);
        // version 1: empty in a new cgroup, and no process may enter before they are filled in
        copy("cpuset.cpus", parent, child);
        copy("cpuset.mems", parent, child);
        parent = child;
      }
    }
  }

  /** The processes in it and below. */
  List<Long> processes() {
    List<Long> processes = new ArrayList<>();
    collect(pool().resolve(name.substring(1)), processes);
    return processes;
  }

  /** Kills who is in it, waits for their end, and removes it. */
  void remove() {
    for (Path hierarchy : hierarchies()) {
      Path directory = hierarchy.resolve(name.substring(1));
      Eventually.within(DEADLINE, () -> emptyAndRemove(directory));
    }
  }

  private static void emptyAndRemove(Path directory) throws IOException {
    List<Long> processes = new ArrayList<>();
    collect(directory, processes);
    for (long process : processes) {
      ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
    }
    removeTree(directory);
  }

  private static void removeTree(Path directory) throws IOException {
    for (Path child : directories(directory)) {
      removeTree(child);
    }
    Files.deleteIfExists(directory);
  }

  private static void collect(Path directory, List<Long> processes) {
    for (String line : lines(directory.resolve("cgroup.procs"))) {
      processes.add(Long.parseLong(line));
    }
    for (Path child : directories(directory)) {
      collect(child, processes);
    }
  }

  /** The hierarchy that processes are found through: the kernel's newer one, where there is one. */
  private static Path pool() {
    if (Files.exists(ROOT.resolve("cgroup.procs"))) {
      return ROOT;
    }
    return Files.isDirectory(UNIFIED) ? UNIFIED : ROOT.resolve("pids");
  }

  /**
   * Where hierarchies are mounted: the root itself (version 2), or directories in it (version 1).
   */
  private static List<Path> hierarchies() {
    return Files.exists(ROOT.resolve("cgroup.procs")) ? List.of(ROOT) : directories(ROOT);
  }

  private Path create(Path hierarchy) {
    return create(hierarchy, hierarchy.resolve(name.substring(1)));
  }

  private static Path create(Path hierarchy, Path directory) {
    try {
      return Files.createDirectories(directory);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot make a cgroup in " + hierarchy, failed);
    }
  }

  /** Version 2: children have the controllers that the parent hands on. */
  private static void delegate(Path parent) {
    String controllers = String.join(" ", lines(parent.resolve("cgroup.controllers"))).strip();
    if (!controllers.isEmpty()) {
      write(parent.resolve("cgroup.subtree_control"), "+" + controllers.replace(" ", " +"));
    }
  }

  private static void copy(String file, Path parent, Path child) {
    if (Files.exists(child.resolve(file))) {
      write(child.resolve(file), String.join("", lines(parent.resolve(file))));
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.write(file, text.getBytes(UTF_8));
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write " + text + " to " + file, failed);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException goneOrNoSuchFile) {
      return List.of();
    }
  }

  private static List<Path> directories(Path parent) {
    List<Path> directories = new ArrayList<>();
    try (DirectoryStream<Path> children =
        Files.newDirectoryStream(
            parent, path -> Files.isDirectory(path) && !Files.isSymbolicLink(path))) {
      children.forEach(directories::add);
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot list " + parent, unreadable);
    }
    return directories;
  }
}
