package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The plugin's memory: the pods of this node, their host ports, and the ranges that addresses come
 * from. One object is one connection, for one thread; any number of them, in any number of
 * processes, may be open at once.
 *
 * <p>Errors are {@link CniException}s that name the file: {@link
 * io.kindnet.cni.protocol.CniErrorCode#TRY_AGAIN_LATER} if others kept it locked for too long,
 * {@link io.kindnet.cni.protocol.CniErrorCode#IO_FAILURE} for everything else.
 */
public final class Store implements AutoCloseable {
  /** The name of the file in its folder. */
  public static final String FILE_NAME = "cni.db";

  private final Database database;

  private Store(Database database) {
    this.database = database;
  }

  /** What is done in one transaction. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run() throws CniException;
  }

  /** Opens {@code file}, and makes it and its folder where they are missing. */
  public static Store open(Path file) throws CniException {
    StateFile.prepare(file);
    Database database = Database.connect(file);
    try {
      Schema.migrate(database);
      return new Store(database);
    } catch (CniException unusable) {
      database.close();
      throw unusable;
    }
  }

  Database database() {
    return database;
  }

  /** Whether {@code file} is there, so that looking at it does not make one. */
  public static boolean exists(Path file) {
    return Files.exists(file);
  }

  /** The pods. */
  public Pods pods() {
    return new Pods(database);
  }

  /** The ranges. */
  public Ranges ranges() {
    return new Ranges(database);
  }

  /** The host ports. */
  public Ports ports() {
    return new Ports(database);
  }

  /** Rows whose pod somebody deleted. */
  public Orphans orphans() {
    return new Orphans(database);
  }

  /**
   * Runs {@code work} while nobody else writes; what it wrote is there as a whole afterwards, or,
   * if it throws, not at all.
   */
  public <T> T transaction(Work<T> work) throws CniException {
    return Transactions.immediate(database, work);
  }

  /**
   * Writes something that changes nothing. SQLite begins a transaction also where it cannot write,
   * on a full or read-only file system; only a page that is written shows it.
   */
  public void write() throws CniException {
    Schema.rewriteVersion(database);
  }

  @Override
  public void close() {
    database.close();
  }
}
