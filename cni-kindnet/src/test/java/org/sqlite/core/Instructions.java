package org.sqlite.core;

import java.sql.SQLException;
import org.sqlite.ProgressHandler;

/** Counts what SQLite does on a connection, in instructions of its virtual machine. */
public final class Instructions extends ProgressHandler implements AutoCloseable {
  private final NativeDB database;
  private int count;

  private Instructions(NativeDB database) {
    this.database = database;
  }

  /** Counts from now on until it is closed. */
  public static Instructions of(Connection connection) throws SQLException {
    Instructions instructions = new Instructions(connection.database);
    connection.database.register_progress_handler(1, instructions);
    return instructions;
  }

  /** How many there were. */
  public int count() {
    return count;
  }

  @Override
  protected int progress() {
    count++;
    return 0;
  }

  @Override
  public void close() throws SQLException {
    database.clear_progress_handler();
  }
}
