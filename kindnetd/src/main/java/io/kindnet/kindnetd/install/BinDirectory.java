package io.kindnet.kindnetd.install;

import io.kindnet.kindnetd.files.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The host's directory of CNI plugins as far as it is ours: the link {@code cni-kindnet}, and the
 * directory {@code .cni-kindnet} with the versions. A name in there that begins with a dot is
 * unfinished work, which whoever has the lock may remove.
 *
 * @param path such as {@code /opt/cni/bin}
 */
public record BinDirectory(Path path) {
  private static final String NAME = "cni-kindnet";

  /** How many of the latest versions are never removed: who just read the link has no lock yet. */
  private static final int KEPT = 2;

  Path link() {
    return path.resolve(NAME);
  }

  Path versions() {
    return path.resolve("." + NAME);
  }

  /** A name for what is not finished. */
  Path unfinished(String what) {
    return versions().resolve("." + what);
  }

  InstalledVersion version(String id) {
    return new InstalledVersion(id, versions().resolve(id));
  }

  /**
   * Where the link of a version leads to; relative, as the host knows the directory by another
   * name.
   */
  Path target(String id) {
    return path.relativize(version(id).directory()).resolve("bin").resolve(NAME);
  }

  /** The version that the link leads to, whether it is there or not. */
  Optional<InstalledVersion> linked() throws IOException {
    if (!Files.isSymbolicLink(link())) {
      return Optional.empty();
    }
    Path target = Files.readSymbolicLink(link());
    if (target.getNameCount() != 4) {
      return Optional.empty();
    }
    String id = target.getName(1).toString();
    return target.equals(target(id)) ? Optional.of(version(id)) : Optional.empty();
  }

  /** Whether something has the plugin's name, whatever it is. */
  boolean hasSomething() {
    return Files.exists(link(), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Whether the directory was removed on the host, and this process still has the one that was:
   * where it is mounted, a new one does not show.
   */
  boolean isLost() throws IOException {
    return Files.isDirectory(path)
        && Files.getAttribute(path, "unix:nlink") instanceof Integer links
        && links == 0;
  }

  /** Why the plugin cannot be run, or not be relied on; empty if all is well. */
  Optional<String> damage() throws IOException {
    Optional<InstalledVersion> linked = linked();
    if (linked.isPresent()) {
      return linked.get().damage();
    }
    return Optional.of(
        hasSomething() ? link() + " is not the installed plugin" : link() + " is not there");
  }

  /** Versions that may be removed once nobody runs from them, if any. */
  List<InstalledVersion> old() throws IOException {
    List<Path> directories = new ArrayList<>();
    for (Path entry : entries()) {
      if (!isUnfinished(entry) && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        directories.add(entry);
      }
    }
    List<Dated> byAge = new ArrayList<>();
    for (Path directory : directories) {
      byAge.add(new Dated(directory, Files.getLastModifiedTime(directory)));
    }
    byAge.sort(Comparator.comparing(Dated::time).reversed());
    Optional<Path> linked = linked().map(InstalledVersion::directory);
    List<InstalledVersion> old = new ArrayList<>();
    for (int i = KEPT; i < byAge.size(); i++) {
      Path directory = byAge.get(i).directory;
      if (!linked.equals(Optional.of(directory))) {
        old.add(version(String.valueOf(directory.getFileName())));
      }
    }
    return old;
  }

  /**
   * Removes the plugin: the link if it leads to a version, and all versions. Other files stay.
   *
   * @return what was removed
   */
  public List<Path> remove() throws IOException {
    List<Path> removed = new ArrayList<>();
    if (linked().isPresent()) {
      Files.delete(link());
      removed.add(link());
    }
    if (Files.exists(versions(), LinkOption.NOFOLLOW_LINKS)) {
      Directories.remove(versions());
      removed.add(versions());
    }
    return removed;
  }

  private record Dated(Path directory, FileTime time) {}

  /** What others did not finish, or, without the lock, are working at. */
  List<Path> leftovers() throws IOException {
    return entries().stream().filter(BinDirectory::isUnfinished).toList();
  }

  private static boolean isUnfinished(Path entry) {
    return String.valueOf(entry.getFileName()).startsWith(".");
  }

  private List<Path> entries() throws IOException {
    if (!Files.isDirectory(versions())) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(versions())) {
      return entries.toList();
    }
  }
}
