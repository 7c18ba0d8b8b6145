package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * What becomes of a file that SQLite cannot make sense of: it is set aside, for somebody to look
 * at, and the next call makes a new one.
 */
public final class DamagedFile {
  /** The low byte of a result code is the error, the others are its kind. */
  private static final int PRIMARY = 0xff;

  private static final String[] COMPANIONS = {"-wal", "-shm"};

  private DamagedFile() {}

  /** Whether {@code error} says that the file is damaged or no database at all. */
  public static boolean isMeantBy(CniException error) {
    if (error.getCause() instanceof SQLiteException refused) {
      int code = refused.getResultCode().code & PRIMARY;
      return code == SQLiteErrorCode.SQLITE_CORRUPT.code
          || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    }
    return false;
  }

  /**
   * Sets {@code file} aside once no call has it open, if it is damaged then: of several calls that
   * find it damaged, one does it, and the others find the new one.
   *
   * @return its new name, or null if there was nothing to set aside
   */
  public static @Nullable Path setAside(Path file, BusyTimeout busyTimeout) throws CniException {
    DirectoryLock alone = DirectoryLock.exclusive(file, busyTimeout);
    try {
      if (!Files.exists(file) || isSound(file, busyTimeout)) {
        return null;
      }
      return rename(file);
    } catch (IOException refused) {
      throw new CniException(
          CniErrorCode.IO_FAILURE,
          "database " + file + " is damaged and cannot be set aside: " + StateFile.reason(refused),
          refused);
    } finally {
      alone.close();
    }
  }

  private static boolean isSound(Path file, BusyTimeout busyTimeout) throws CniException {
    try (Database database = Database.connect(file, busyTimeout)) {
      return "ok".equals(database.first("PRAGMA integrity_check(1)", row -> row.text(0)));
    } catch (CniException error) {
      if (isMeantBy(error)) {
        return false;
      }
      throw error;
    }
  }

  /** The file first: to SQLite, a new one has no part in an old one's further files. */
  private static Path rename(Path file) throws IOException {
    Path target = freeName(file);
    Files.move(file, target);
    for (String companion : COMPANIONS) {
      Path beside = file.resolveSibling(file.getFileName() + companion);
      if (Files.exists(beside)) {
        Files.move(beside, file.resolveSibling(target.getFileName() + companion));
      }
    }
    return target;
  }

  /** Such as {@code cni.db.corrupt-20261121T221500Z}. */
  private static Path freeName(Path file) {
    String now = Instant.now().toString(); // 2026-11-21T22:15:00.123456Z
    String seconds = now.substring(0, now.indexOf(':') + 6);
    String name =
        file.getFileName() + ".corrupt-" + seconds.replace("-", "").replace(":", "") + "Z";
    Path path = file.resolveSibling(name);
    for (int number = 2; Files.exists(path); number++) {
      path = file.resolveSibling(name + "-" + number);
    }
    return path;
  }
}
