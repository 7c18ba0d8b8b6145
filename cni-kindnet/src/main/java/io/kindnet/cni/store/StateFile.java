package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.NetworkConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file and its directory: there, and for nobody but root. */
final class StateFile {
  private static final Set<PosixFilePermission> FILE =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> DIRECTORY =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /** As much as SQLite writes for a small change. */
  private static final int TRIAL_SIZE = 1 << 16;

  /** On Linux, the last one removes the name as soon as the file is open. */
  private static final Set<OpenOption> TRIAL_OPTIONS =
      Set.of(
          StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);

  private StateFile() {}

  /**
   * What tells that a file is another one, or has been written to. SQLite itself writes to it
   * seldom: only when it brings its log into it.
   *
   * @param key device and inode
   */
  record Mark(Object key, long size, FileTime changed) {}

  /** That of {@code file}; null if it is not there or out of sight. */
  static @Nullable Mark mark(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Mark(now.fileKey(), now.size(), now.lastModifiedTime());
    } catch (IOException unreadable) {
      return null;
    }
  }

  /**
   * Makes directory and file where they are missing, before SQLite would make the file for
   * everybody to read. SQLite gives its further files the permissions of this one. A directory that
   * exists is left alone, because {@code dataDir} may name any; only that of the original is
   * narrowed.
   */
  static void prepare(Path file) throws CniException {
    Path directory = file.getParent();
    try {
      if (directory != null && !Files.isDirectory(directory)) {
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(DIRECTORY));
      } else if (directory != null && directory.equals(NetworkConfig.DEFAULT_DATA_DIR)) {
        restrict(directory, DIRECTORY);
      }
      if (Files.exists(file)) {
        restrict(file, FILE);
      } else {
        create(file);
      }
    } catch (IOException refused) {
      throw new CniException(
          CniErrorCode.IO_FAILURE, "database " + file + ": " + reason(refused), refused);
    }
  }

  private static void create(Path file) throws IOException {
    try {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(FILE));
    } catch (FileAlreadyExistsException e) {
      // another call was faster
    }
  }

  private static void restrict(Path path, Set<PosixFilePermission> allowed) throws IOException {
    if (!allowed.containsAll(Files.getPosixFilePermissions(path))) {
      Files.setPosixFilePermissions(path, allowed);
    }
  }

  /** Whether there is a log beside {@code file} with something in it. */
  static boolean hasLog(Path file) {
    try {
      return Files.size(file.resolveSibling(file.getFileName() + "-wal")) > 0;
    } catch (IOException none) {
      return false;
    }
  }

  /**
   * Why nothing can be written beside {@code file}, such as {@code No space left on device}; empty
   * if something can. For an error that has come already: it tries, with a file whose name is
   * removed before anything is written, so that a call that is killed leaves nothing on a full
   * disk, or, in between, an empty file that the next trial takes.
   */
  static String whyNotWritable(Path file) {
    Path trial = file.resolveSibling(file.getFileName() + ".trial");
    try (FileChannel channel = FileChannel.open(trial, TRIAL_OPTIONS)) {
      ByteBuffer bytes = ByteBuffer.allocate(TRIAL_SIZE);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return "";
    } catch (FileSystemException refused) {
      String reason = refused.getReason();
      return reason == null ? "" : reason;
    } catch (IOException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  static String reason(IOException refused) {
    if (refused instanceof FileSystemException onPath) {
      String reason = onPath.getReason();
      return onPath.getFile() + ": " + (reason == null ? refused.getClass().getName() : reason);
    }
    return String.valueOf(refused.getMessage());
  }
}
