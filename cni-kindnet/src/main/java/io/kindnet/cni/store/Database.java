package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;
import org.sqlite.core.Connection;
import org.sqlite.core.Cursor;

/** One connection to the file. Whatever goes wrong names the file and what SQLite said. */
final class Database implements AutoCloseable {
  private final Connection connection;
  private final Path file;
  private final BusyTimeout busyTimeout;

  private Database(Connection connection, Path file, BusyTimeout busyTimeout) {
    this.connection = connection;
    this.file = file;
    this.busyTimeout = busyTimeout;
  }

  /** Takes one row of a result apart; null for a row to pass over. */
  @FunctionalInterface
  interface RowReader<T> {
    @Nullable T read(Cursor row) throws SQLException;
  }

  static Database connect(Path file, BusyTimeout busyTimeout) throws CniException {
    return prepare(open(file, busyTimeout), "");
  }

  /** As {@link #connect}; a file that is not there is an error. */
  static Database connectExisting(Path file, BusyTimeout busyTimeout) throws CniException {
    try {
      Connection connection =
          Connection.openExisting(file.toAbsolutePath().toString(), busyTimeout.millis());
      return prepare(new Database(connection, file, busyTimeout), "");
    } catch (SQLException refused) {
      throw failure(file, busyTimeout, refused);
    }
  }

  /** As {@link #connect}, for oneself alone: SQLite does without a file that calls share. */
  static Database connectAlone(Path file, BusyTimeout busyTimeout) throws CniException {
    // before anything is read
    return prepare(open(file, busyTimeout), "PRAGMA locking_mode = EXCLUSIVE;");
  }

  /**
   * As {@link #connect}, to look only, at a file that nobody can write to, nor lock. Refuses one
   * with a log beside it: what is in there could not be seen.
   */
  static Database connectReadOnly(Path file, BusyTimeout busyTimeout) throws CniException {
    // these have a meaning in a URI
    String path = file.toAbsolutePath().toString();
    path = path.replace("%", "%25").replace("#", "%23").replace("?", "%3f");
    Database database;
    try {
      Connection connection =
          Connection.openReadOnly("file:" + path + "?immutable=1", busyTimeout.millis());
      database = new Database(connection, file, busyTimeout);
    } catch (SQLException refused) {
      throw failure(file, busyTimeout, refused);
    }
    if (StateFile.hasLog(file)) {
      database.close();
      throw database.failure("its log cannot be read");
    }
    return prepare(database, "");
  }

  private static Database open(Path file, BusyTimeout busyTimeout) throws CniException {
    try {
      Connection connection =
          Connection.open(file.toAbsolutePath().toString(), busyTimeout.millis());
      return new Database(connection, file, busyTimeout);
    } catch (SQLException refused) {
      throw failure(file, busyTimeout, refused);
    }
  }

  private static Database prepare(Database database, String first) throws CniException {
    try {
      // a commit that a power failure undoes is of a pod that the power failure ended, too
      database.execute(first + "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL");
      return database;
    } catch (CniException unusable) {
      database.close();
      throw unusable;
    }
  }

  BusyTimeout busyTimeout() {
    return busyTimeout;
  }

  Path file() {
    return file;
  }

  Connection connection() {
    return connection;
  }

  /** Runs statements that have no parameters and no result. */
  void execute(String statements) throws CniException {
    try {
      connection.execute(statements);
    } catch (SQLException refused) {
      throw failure(file, busyTimeout, refused);
    }
  }

  /** Runs one statement and returns how many rows it changed. */
  int update(String sql, @Nullable Object... parameters) throws CniException {
    try (Cursor statement = connection.prepare(sql, parameters)) {
      statement.next();
      return connection.changes();
    } catch (SQLException refused) {
      throw failure(file, busyTimeout, refused);
    }
  }

  /** All rows of a query but those that {@code reader} passes over. */
  <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... parameters)
      throws CniException {
    try (Cursor rows = connection.prepare(sql, parameters)) {
      List<T> result = new ArrayList<>();
      while (rows.next()) {
        T row = reader.read(rows);
        if (row != null) {
          result.add(row);
        }
      }
      return result;
    } catch (SQLException refused) {
      throw failure(file, busyTimeout, refused);
    }
  }

  /** What {@code reader} makes of the first row that it does not pass over, or null. */
  <T> @Nullable T first(String sql, RowReader<T> reader, @Nullable Object... parameters)
      throws CniException {
    try (Cursor rows = connection.prepare(sql, parameters)) {
      while (rows.next()) {
        T row = reader.read(rows);
        if (row != null) {
          return row;
        }
      }
      return null;
    } catch (SQLException refused) {
      throw failure(file, busyTimeout, refused);
    }
  }

  /** The number in the first row of a query that has one. */
  long number(String sql, @Nullable Object... parameters) throws CniException {
    return query(sql, row -> row.number(0), parameters).getFirst();
  }

  /** An error about the file. */
  CniException failure(String reason) {
    return new CniException(CniErrorCode.IO_FAILURE, "database " + file + ": " + reason);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // every change is committed or rolled back by now: there is nothing left to lose
    }
  }

  private static CniException failure(Path file, BusyTimeout busyTimeout, SQLException refused) {
    String message = String.valueOf(refused.getMessage());
    CniErrorCode code = CniErrorCode.IO_FAILURE;
    if (refused instanceof SQLiteException sqlite) {
      switch (sqlite.getResultCode()) {
        case SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_BUSY_RECOVERY, SQLITE_BUSY_TIMEOUT -> {
          code = CniErrorCode.TRY_AGAIN_LATER;
          message = "others kept it locked for " + busyTimeout + ": " + message;
        }
        case SQLITE_CORRUPT, SQLITE_NOTADB -> {}
        default -> {
          // SQLite says what it could not do, but not always why
          String why = StateFile.whyNotWritable(file);
          message = why.isEmpty() ? message : why + ": " + message;
        }
      }
    }
    return new CniException(code, "database " + file + ": " + message, refused);
  }
}
