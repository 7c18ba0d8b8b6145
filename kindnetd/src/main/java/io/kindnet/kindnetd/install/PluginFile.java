package io.kindnet.kindnetd.install;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * One file of the plugin as it has to be.
 *
 * @param path below the plugin's directory
 * @param size in bytes
 * @param modified in seconds since 1970
 * @param executable whether it is a program
 * @param checksum CRC-32C of its bytes: tells a damaged file, is no protection against a forged one
 */
record PluginFile(String path, long size, long modified, boolean executable, int checksum) {
  private static final Set<PosixFilePermission> PROGRAM =
      PosixFilePermissions.fromString("rwxr-xr-x");
  static final Set<PosixFilePermission> DATA = PosixFilePermissions.fromString("rw-r--r--");
  private static final int BUFFER = 1 << 16;
  private static final String JAR = "lib/cni-kindnet/cni-kindnet.jar";

  /**
   * The time that {@code packaging/dist} gives the jar. JVMs from 25.0.5 on refuse a cache of
   * loaded classes whose jar has another one, so the launcher sets it where a copy has lost it; if
   * the source of an installation had, that would look like damage.
   */
  private static final long JAR_TIME = Instant.parse("2026-01-01T00:00:00Z").getEpochSecond();

  /** The file at {@code path} below {@code directory}; of a symbolic link what it leads to. */
  static PluginFile of(Path directory, Path path) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
    String name = directory.relativize(path).toString();
    return new PluginFile(
        name,
        attributes.size(),
        name.equals(JAR) ? JAR_TIME : attributes.lastModifiedTime().to(TimeUnit.SECONDS),
        attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE),
        checksum(path));
  }

  /** What {@link #toString} made. */
  static PluginFile parse(String line) {
    String[] fields = line.split(" ", 5);
    if (fields.length != 5) {
      throw new IllegalArgumentException("not a line of a list of files: " + line);
    }
    return new PluginFile(
        fields[4],
        Long.parseLong(fields[1]),
        Long.parseLong(fields[2]),
        fields[3].equals("program"),
        Integer.parseUnsignedInt(fields[0], 16));
  }

  @Override
  public String toString() {
    String kind = executable ? "program" : "data";
    return Integer.toHexString(checksum) + " " + size + " " + modified + " " + kind + " " + path;
  }

  Set<PosixFilePermission> permissions() {
    return executable ? PROGRAM : DATA;
  }

  /** Whether the file in {@code directory} looks like this one, without reading it. */
  boolean looksRightIn(Path directory) throws IOException {
    try {
      PosixFileAttributes found =
          Files.readAttributes(
              directory.resolve(path), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return found.isRegularFile()
          && found.size() == size
          && found.lastModifiedTime().to(TimeUnit.SECONDS) == modified
          && found.permissions().equals(permissions());
    } catch (NoSuchFileException | NotDirectoryException missing) {
      return false;
    }
  }

  /** Whether the file in {@code directory} is this one, byte for byte. */
  boolean isIn(Path directory) throws IOException {
    return looksRightIn(directory) && checksum(directory.resolve(path)) == checksum;
  }

  private static int checksum(Path path) throws IOException {
    CRC32C sum = new CRC32C();
    byte[] buffer = new byte[BUFFER];
    try (InputStream bytes = Files.newInputStream(path)) {
      for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
        sum.update(buffer, 0, read);
      }
    }
    return (int) sum.getValue();
  }
}
