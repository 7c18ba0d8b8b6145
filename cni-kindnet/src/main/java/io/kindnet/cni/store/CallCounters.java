package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;

/** How many calls have changed rows, or found no address, since the file was made. */
public final class CallCounters {
  /** What {@code calls.verb} begins with for an ADD without an address of a family. */
  private static final String SHORTAGE = "ADD_WITHOUT_";

  private final Database database;

  CallCounters(Database database) {
    this.database = database;
  }

  /** Counts one, in the transaction of the caller. */
  public void add(CniCommand command, ExecutionMode way) throws CniException {
    add(command.name(), way);
  }

  /** How many there were. */
  public long number(CniCommand command, ExecutionMode way) throws CniException {
    return database.number(
        "SELECT coalesce(sum(number), 0) FROM calls WHERE verb = ? AND way = ?",
        command.name(),
        way.name());
  }

  /**
   * Counts an ADD that found no address of {@code family} left, in the transaction of the caller.
   */
  public void addShortage(AddressFamily family, ExecutionMode way) throws CniException {
    add(SHORTAGE + family.name(), way);
  }

  /** How many ADDs found no address of {@code family} left. */
  public long shortages(AddressFamily family) throws CniException {
    return database.number(
        "SELECT coalesce(sum(number), 0) FROM calls WHERE verb = ?", SHORTAGE + family.name());
  }

  private void add(String verb, ExecutionMode way) throws CniException {
    database.update(
        "INSERT INTO calls (verb, way, number) VALUES (?, ?, 1)"
            + " ON CONFLICT DO UPDATE SET number = number + 1",
        verb,
        way.name());
  }
}
