package io.kindnet.kindnetd.cniconfig;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/**
 * A file that other programs read while it is written: what they see is the old text or the new
 * one, never a part, not even after a power cut.
 */
final class ConfigurationFile {
  /** What container runtimes do not read: they read .conf, .conflist and .json. */
  private static final String UNFINISHED = ".tmp";

  private final Path directory;
  private final Path path;
  private final String unfinished;

  ConfigurationFile(Path directory, String name) {
    this.directory = directory;
    this.path = directory.resolve(name);
    this.unfinished = "." + name + ".";
  }

  Path path() {
    return path;
  }

  /**
   * Writes {@code text}, unless that is what the file holds. What a writer left that was killed is
   * removed in any case.
   *
   * @return whether it was written
   */
  boolean write(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    boolean differs = !holds(bytes);
    if (differs) {
      Files.createDirectories(directory);
      replace(bytes);
    }
    removeUnfinished();
    return differs;
  }

  /** By a name that no other writer has: during an update there may be two. */
  private void replace(byte[] bytes) throws IOException {
    Path fresh = Files.createTempFile(directory, unfinished, UNFINISHED);
    try {
      // the process's umask must not keep others from reading
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
    syncDirectory();
  }

  /**
   * Another writer that is in the middle of it fails, and writes again. Where one cannot be removed
   * it stays, which does no harm.
   */
  private void removeUnfinished() {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (name.startsWith(unfinished) && name.endsWith(UNFINISHED)) {
          Files.deleteIfExists(entry);
        }
      }
    } catch (IOException | DirectoryIteratorException stays) {
      // on a read-only file system, for one
    }
  }

  /** Removes the file; says whether it was there. */
  boolean remove() throws IOException {
    boolean removed = Files.deleteIfExists(path);
    removeUnfinished();
    if (removed) {
      syncDirectory();
    }
    return removed;
  }

  /** The text of the file, empty if there is none. */
  String read() throws IOException {
    try {
      return Files.readString(path);
    } catch (NoSuchFileException absent) {
      return "";
    }
  }

  private boolean holds(byte[] bytes) throws IOException {
    try {
      return Arrays.equals(Files.readAllBytes(path), bytes);
    } catch (NoSuchFileException absent) {
      return false;
    }
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
