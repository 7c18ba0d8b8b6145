package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** One connection to the file. Whatever goes wrong names the file and what SQLite said. */
final class Database implements AutoCloseable {
  /**
   * How long one call waits for others: a node that starts all its pods at once has them queue up,
   * each for a few milliseconds.
   */
  private static final int BUSY_MILLIS = 30_000;

  private final SQLiteConnection connection;
  private final Path file;

  private Database(SQLiteConnection connection, Path file) {
    this.connection = connection;
    this.file = file;
  }

  /** Takes one row of a result apart; null for a row to pass over. */
  @FunctionalInterface
  interface RowReader<T> {
    @Nullable T read(ResultSet row) throws SQLException;
  }

  static Database connect(Path file) throws CniException {
    if (file.toString().indexOf('?') >= 0) {
      throw new CniException(
          CniErrorCode.IO_FAILURE, "database " + file + ": a path with '?' cannot be opened");
    }
    Database database;
    try {
      // not through DriverManager, which would look for every driver there is
      database = new Database(JDBC.createConnection("jdbc:sqlite:" + file, new Properties()), file);
    } catch (SQLException refused) {
      throw failure(file, refused);
    }
    try {
      database.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
      database.execute("PRAGMA foreign_keys = ON");
      // a commit that a power failure undoes is of a pod that the power failure ended, too
      database.execute("PRAGMA synchronous = NORMAL");
      return database;
    } catch (CniException unusable) {
      database.close();
      throw unusable;
    }
  }

  Path file() {
    return file;
  }

  SQLiteConnection connection() {
    return connection;
  }

  /** Runs statements that have no parameters and no result. */
  void execute(String statements) throws CniException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(statements);
    } catch (SQLException refused) {
      throw failure(file, refused);
    }
  }

  /** Runs one statement and returns how many rows it changed. */
  int update(String sql, @Nullable Object... parameters) throws CniException {
    try (PreparedStatement statement = prepare(sql, parameters)) {
      return statement.executeUpdate();
    } catch (SQLException refused) {
      throw failure(file, refused);
    }
  }

  /** All rows of a query but those that {@code reader} passes over. */
  <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... parameters)
      throws CniException {
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
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
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
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
  int number(String sql, @Nullable Object... parameters) throws CniException {
    return query(sql, row -> row.getInt(1), parameters).getFirst();
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

  private PreparedStatement prepare(String sql, @Nullable Object... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
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
