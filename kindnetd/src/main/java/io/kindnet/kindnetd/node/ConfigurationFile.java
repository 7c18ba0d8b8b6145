package io.kindnet.kindnetd.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
  private final Path folder;
  private final Path path;
  private final Path temporary;

  ConfigurationFile(Path folder, String name) {
    this.folder = folder;
    this.path = folder.resolve(name);
    // container runtimes read .conf, .conflist and .json
    this.temporary = folder.resolve("." + name + ".tmp");
  }

  Path path() {
    return path;
  }

  /**
   * Writes {@code text}, unless that is what the file holds.
   *
   * @return whether it was written
   */
  boolean write(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (holds(bytes)) {
      return false;
    }
    Files.createDirectories(folder);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      // the process's umask must not keep others from reading
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    syncFolder();
    return true;
  }

  /** Removes the file; says whether it was there. */
  boolean remove() throws IOException {
    boolean removed = Files.deleteIfExists(path);
    if (removed) {
      syncFolder();
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

  private void syncFolder() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
