package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What can be told of the file without opening it as a database: no lock is taken or waited for,
 * nothing is written. What is still in SQLite's log only is not seen.
 *
 * <p>The file's header: <a
 * href="https://www.sqlite.org/fileformat2.html#the_database_header">SQLite database file format,
 * section 1.3</a>.
 */
public final class DatabaseFile {
  private static final int HEADER_LENGTH = 100;
  private static final int USER_VERSION_OFFSET = 60;
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  private DatabaseFile() {}

  /**
   * Makes sure that {@code file} can be used, or made where it is missing. A damaged file can be:
   * the next call that writes replaces it.
   *
   * @throws CniException {@link CniErrorCode#IO_FAILURE} if it cannot be read or made, is no file,
   *     or was written by a newer program
   */
  public static void requireUsable(Path file) throws CniException {
    if (!Files.exists(file)) {
      requireCreatable(file);
    } else if (!Files.isRegularFile(file)) {
      // opening a FIFO would wait for whoever writes to it
      throw failure(file, "it is not a regular file");
    } else {
      Schema.requireKnown(userVersion(file), file);
    }
  }

  private static void requireCreatable(Path file) throws CniException {
    Path directory = file.toAbsolutePath().getParent();
    while (directory != null && !Files.exists(directory)) {
      directory = directory.getParent();
    }
    if (directory == null || !Files.isDirectory(directory)) {
      throw failure(file, "it cannot be made: " + directory + " is not a directory");
    }
    if (!Files.isWritable(directory)) {
      throw failure(file, "it cannot be made: " + directory + " is not writable");
    }
  }

  /** {@code PRAGMA user_version}; 0 for a file that is empty or no database. */
  private static long userVersion(Path file) throws CniException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH);
    try (var channel = Files.newByteChannel(file, StandardOpenOption.READ)) {
      while (header.hasRemaining() && channel.read(header) >= 0) {
        // until the header is whole or the file ends
      }
    } catch (IOException unreadable) {
      throw new CniException(
          CniErrorCode.IO_FAILURE,
          "database " + file + ": " + StateFile.reason(unreadable),
          unreadable);
    }
    boolean isDatabase =
        !header.hasRemaining() && header.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    return isDatabase ? header.getInt(USER_VERSION_OFFSET) : 0;
  }

  private static CniException failure(Path file, String reason) {
    return new CniException(CniErrorCode.IO_FAILURE, "database " + file + ": " + reason);
  }
}
