package org.sqlite.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an SQLite file, for one thread at a time. Errors are {@link
 * org.sqlite.SQLiteException}s with SQLite's extended result code.
 */
public final class Connection implements AutoCloseable {
  /** {@code SQLITE_OPEN_READWRITE} and {@code SQLITE_OPEN_CREATE} of {@code sqlite3.h}. */
  private static final int READ_WRITE_CREATE = 0x2 | 0x4;

  /** {@code SQLITE_OPEN_READWRITE}. */
  private static final int READ_WRITE = 0x2;

  /** {@code SQLITE_OPEN_READONLY} and {@code SQLITE_OPEN_URI}. */
  private static final int READ_ONLY_URI = 0x1 | 0x40;

  final NativeDB database;

  /** Statements that nobody uses just now, by their text. */
  private final Map<String, Long> prepared = new HashMap<>();

  private Connection(NativeDB database) {
    this.database = database;
  }

  /**
   * Opens a file.
   *
   * @param file its path
   * @param busyMillis how long each statement waits for other connections
   */
  public static Connection open(String file, int busyMillis) throws SQLException {
    return open(file, busyMillis, READ_WRITE_CREATE);
  }

  /** As {@link #open}, but does not make a file that is not there. */
  public static Connection openExisting(String file, int busyMillis) throws SQLException {
    return open(file, busyMillis, READ_WRITE);
  }

  /**
   * Opens a file to look at only.
   *
   * @param uri as SQLite has them: {@code file:PATH?PARAMETER=VALUE}
   * @param busyMillis how long each statement waits for other connections
   */
  public static Connection openReadOnly(String uri, int busyMillis) throws SQLException {
    return open(uri, busyMillis, READ_ONLY_URI);
  }

  @SuppressWarnings("NullAway") // no configuration: only what is not called here asks for it
  private static Connection open(String file, int busyMillis, int flags) throws SQLException {
    loadLibrary();
    NativeDB database = new NativeDB("", file, null);
    database._open(file, flags);
    database.busy_timeout(busyMillis);
    return new Connection(database);
  }

  /** From where the properties of sqlite-jdbc tell, without the clean-up that it makes before. */
  @SuppressWarnings("restricted")
  private static void loadLibrary() throws SQLException {
    String directory = System.getProperty("org.sqlite.lib.path");
    String name = System.getProperty("org.sqlite.lib.name");
    if (directory != null && name != null) {
      System.load(new File(directory, name).getAbsolutePath());
      return;
    }
    try {
      NativeDB.load();
    } catch (Exception missing) {
      throw new SQLException("cannot load SQLite: " + missing.getMessage(), missing);
    }
  }

  /** Runs statements that have no parameters; rows that they return are passed over. */
  public void execute(String statements) throws SQLException {
    requireOk(database, database._exec_utf8(statements.getBytes(UTF_8)));
  }

  /**
   * Prepares one statement and binds all its parameters: strings, numbers, or null. A statement of
   * the same text that was closed before is used again.
   */
  public Cursor prepare(String sql, @Nullable Object... parameters) throws SQLException {
    Long known = prepared.remove(sql);
    long statement = known == null ? database.prepare_utf8(sql.getBytes(UTF_8)) : known;
    Cursor cursor = new Cursor(this, sql, statement);
    try {
      for (int i = 0; i < parameters.length; i++) {
        cursor.bind(i + 1, parameters[i]);
      }
      return cursor;
    } catch (SQLException refused) {
      cursor.close();
      throw refused;
    }
  }

  /** How many rows the last statement changed. */
  public int changes() {
    return (int) database.changes();
  }

  /** Takes a statement back. */
  void giveBack(String sql, long statement) {
    // both say again what the last step said
    if (prepared.containsKey(sql)) {
      database.finalize(statement);
      return;
    }
    database.reset(statement);
    database.clear_bindings(statement);
    prepared.put(sql, statement);
  }

  @Override
  public void close() throws SQLException {
    for (long statement : prepared.values()) {
      database.finalize(statement);
    }
    prepared.clear();
    database.close();
  }

  static void requireOk(NativeDB database, int code) throws SQLException {
    if (code != Codes.SQLITE_OK) {
      database.throwex(code);
    }
  }
}
