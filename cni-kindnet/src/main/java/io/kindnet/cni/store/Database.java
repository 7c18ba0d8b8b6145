package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.core.Connection;
import org.sqlite.core.Cursor;

/** One connection to the file. Whatever goes wrong names the file and what SQLite said. */
final class Database implements AutoCloseable {
  /**
   * How long one call waits for others: a node that starts all its pods at once has them queue up,
   * each for a few milliseconds, or for as long as the one that is first waits for a processor.
   * Below the two minutes after which kubelet gives up, so that it gets to see the reason.
   */
  private static final int BUSY_MILLIS = 90_000;

  private final Connection connection;
  private final Path file;

  private Database(Connection connection, Path file) {
    this.connection = connection;
    this.file = file;
  }

  /** Takes one row of a result apart; null for a row to pass over. */
  @FunctionalInterface
  interface RowReader<T> {
    @Nullable T read(Cursor row) throws SQLException;
  }

  static Database connect(Path file) throws CniException {
    Database database;
    try {
      database = new Database(Connection.open(file.toAbsolutePath().toString(), BUSY_MILLIS), file);
    } catch (SQLException refused) {
      throw failure(file, refused);
    }
    try {
      // a commit that a power failure undoes is of a pod that the power failure ended, too
      database.execute("PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL");
      return database;
    } catch (CniException unusable) {
      database.close();
      throw unusable;
    }
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
      throw failure(file, refused);
    }
  }

  /** Runs one statement and returns how many rows it changed. */
  int update(String sql, @Nullable Object... parameters) throws CniException {
    try (Cursor statement = connection.prepare(sql, parameters)) {
      statement.next();
      return connection.changes();
    } catch (SQLException refused) {
      throw failure(file, refused);
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
      throw failure(file, refused);
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
      throw failure(file, refused);
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

  private static CniException failure(Path file, SQLException refused) {
    boolean busy =
        refused instanceof SQLiteException sqlite
            && (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_BUSY
                || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT);
    return new CniException(
        busy ? CniErrorCode.TRY_AGAIN_LATER : CniErrorCode.IO_FAILURE,
        "database " + file + ": " + refused.getMessage(),
        refused);
  }
}
