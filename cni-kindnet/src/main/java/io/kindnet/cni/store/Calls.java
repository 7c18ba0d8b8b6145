package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniException;

/** How many calls have changed rows, since the file was made. */
public final class Calls {
  private final Database database;

  Calls(Database database) {
    this.database = database;
  }

  /** Counts one, in the transaction of the caller. */
  public void add(CniCommand command, Way way) throws CniException {
    database.update(
        "INSERT INTO calls (verb, way, number) VALUES (?, ?, 1)"
            + " ON CONFLICT DO UPDATE SET number = number + 1",
        command.name(),
        way.name());
  }

  /** How many there were. */
  public long number(CniCommand command, Way way) throws CniException {
    return database.number(
        "SELECT coalesce(sum(number), 0) FROM calls WHERE verb = ? AND way = ?",
        command.name(),
        way.name());
  }
}
