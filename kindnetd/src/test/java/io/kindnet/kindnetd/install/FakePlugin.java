package io.kindnet.kindnetd.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A directory laid out as the plugin's, with little in it; and what there is to see in any
 * directory.
 */
final class FakePlugin {
  static final Instant MODIFIED = Instant.parse("2026-01-02T03:04:05Z");
  static final String JAVA = "lib/cni-kindnet/runtime/bin/java";
  static final String JAR = "lib/cni-kindnet/cni-kindnet.jar";

  private FakePlugin() {}

  /** Makes one, whose program prints {@code version}. */
  static Path make(Path directory, String version) throws IOException {
    write(directory, "bin/cni-kindnet", "#!/bin/sh\necho " + version + "\n", "rwxrwxrwx");
    write(directory, "lib/cni-kindnet/jvm.options", "-Xmx64m\n", "r--r--r--");
    write(directory, JAR, version.repeat(10_000), "rw-r--r--");
    write(directory, JAVA, "#!/bin/sh\nexit 1\n", "rwx------");
    Files.createSymbolicLink(directory.resolve("lib/cni-kindnet/LICENSE"), Path.of("jvm.options"));
    return directory;
  }

  private static void write(Path directory, String name, String text, String permissions)
      throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    Files.setLastModifiedTime(file, FileTime.from(MODIFIED));
  }

  /** All that is in {@code directory}, by path: permissions, and for files inode, size and time. */
  static Map<String, String> contents(Path directory) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths.filter(path -> !path.equals(directory))::iterator) {
        contents.put(directory.relativize(path).toString(), look(path));
      }
    }
    return contents;
  }

  private static String look(Path path) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      return "-> " + Files.readSymbolicLink(path);
    }
    String look = PosixFilePermissions.toString(attributes.permissions());
    return attributes.isDirectory()
        ? look + " directory"
        : look
            + (" " + attributes.fileKey())
            + (" " + attributes.size())
            + (" " + attributes.lastModifiedTime());
  }
}
