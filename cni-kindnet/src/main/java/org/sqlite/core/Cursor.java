package org.sqlite.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A prepared statement and the row that it stands on. Columns are counted from 0. */
public final class Cursor implements AutoCloseable {
  private final Connection connection;
  private final NativeDB database;
  private final String sql;
  private final long statement;

  Cursor(Connection connection, String sql, long statement) {
    this.connection = connection;
    this.database = connection.database;
    this.sql = sql;
    this.statement = statement;
  }

  void bind(int position, @Nullable Object value) throws SQLException {
    int code;
    if (value == null) {
      code = database.bind_null(statement, position);
    } else if (value instanceof Number number) {
      code = database.bind_long(statement, position, number.longValue());
    } else {
      code = database.bind_text_utf8(statement, position, value.toString().getBytes(UTF_8));
    }
    Connection.requireOk(database, code);
  }

  /** Goes to the next row, of which there may be none. */
  public boolean next() throws SQLException {
    int code = database.step(statement);
    if (code != Codes.SQLITE_ROW && code != Codes.SQLITE_DONE) {
      database.throwex(code);
    }
    return code == Codes.SQLITE_ROW;
  }

  /** A text, or a number as text; empty for NULL. */
  public String text(int column) {
    @Nullable ByteBuffer text = database.column_text_utf8(statement, column);
    if (text == null) {
      return "";
    }
    byte[] bytes = new byte[text.remaining()];
    text.get(bytes);
    return new String(bytes, UTF_8);
  }

  /** A number; 0 for NULL and for what is none. */
  public long number(int column) {
    return database.column_long(statement, column);
  }

  @Override
  public void close() {
    connection.giveBack(sql, statement);
  }
}
