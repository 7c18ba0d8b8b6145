package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

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
  /** The name of the file in its directory. */
  public static final String FILE_NAME = "cni.db";

  private final Database database;
  private final DirectoryLock lock;
  private final long openedNanos = System.nanoTime();
  private final StateFile.@Nullable Mark mark;
  private final boolean inPlace;
  private final @Nullable CniException whyReadOnly;

  private Store(
      Database database,
      DirectoryLock lock,
      StateFile.@Nullable Mark mark,
      boolean inPlace,
      @Nullable CniException whyReadOnly) {
    this.database = database;
    this.lock = lock;
    this.mark = mark;
    this.inPlace = inPlace;
    this.whyReadOnly = whyReadOnly;
  }

  /** What is done in one transaction. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run() throws CniException;
  }

  /** Where the rows of a new file come from: what was there before it. */
  @FunctionalInterface
  public interface Seeder {
    /** Adds them, in the transaction that makes the tables. */
    void fill(Pods pods, Ports ports, PolicyNamespaces namespaces) throws CniException;
  }

  /** Opens {@code file}, and makes it, empty, and its directory where they are missing. */
  public static Store open(Path file) throws CniException {
    return open(file, BusyTimeout.USUAL, null);
  }

  /**
   * Opens {@code file}, and makes it and its directory where they are missing.
   *
   * @param busyTimeout how long to wait for others, now and later
   * @param seeder fills a new file; null for nothing
   */
  public static Store open(Path file, BusyTimeout busyTimeout, @Nullable Seeder seeder)
      throws CniException {
    StateFile.prepare(file);
    DirectoryLock lock = DirectoryLock.shared(file, busyTimeout);
    StateFile.Mark mark = StateFile.mark(file);
    Database database = null;
    try {
      database = Database.connect(file, busyTimeout);
      Schema.migrate(database, seeder);
      return new Store(database, lock, mark, false, null);
    } catch (CniException | RuntimeException unusable) {
      close(database, lock);
      throw unusable;
    }
  }

  /**
   * Opens {@code file} for somebody who only watches over it: one that is not there is not made,
   * since whoever lost it will have it made with what the kernel shows.
   *
   * @param busyTimeout how long to wait for others, now and later
   * @param seeder fills a file that is there, but empty
   */
  public static Store openExisting(Path file, BusyTimeout busyTimeout, Seeder seeder)
      throws CniException {
    DirectoryLock lock = DirectoryLock.shared(file, busyTimeout);
    Database database = null;
    try {
      database = Database.connectExisting(file, busyTimeout);
      Schema.migrate(database, seeder);
      return new Store(database, lock, null, false, null);
    } catch (CniException | RuntimeException unusable) {
      close(database, lock);
      throw unusable;
    }
  }

  /**
   * Opens {@code file} where {@link #open} cannot, or what was opened cannot be written to: on a
   * full file system, to delete only, and on a read-only one to look only.
   *
   * @param why what went wrong before; every change throws it where there is no way to write, and
   *     this method where there is none to read
   */
  public static Store openDegraded(Path file, BusyTimeout busyTimeout, CniException why)
      throws CniException {
    if (!exists(file)) {
      throw why;
    }
    DirectoryLock lock = DirectoryLock.shared(file, busyTimeout);
    Database database = null;
    try {
      database = Database.connectAlone(file, busyTimeout);
      Schema.requireCurrent(database);
      boolean inPlace = Schema.writeInPlace(database);
      return new Store(database, lock, null, inPlace, inPlace ? null : why);
    } catch (CniException stillUnusable) {
      close(database, null);
    }
    try {
      database = Database.connectReadOnly(file, busyTimeout);
      Schema.requireCurrent(database);
      return new Store(database, lock, null, false, why);
    } catch (CniException unreadable) {
      close(database, lock);
      throw why;
    }
  }

  private static void close(@Nullable Database database, @Nullable DirectoryLock lock) {
    if (database != null) {
      database.close();
    }
    if (lock != null) {
      lock.close();
    }
  }

  /**
   * Makes of one that an earlier call has used what {@link #open} would give now: looks after all
   * that can have changed since.
   *
   * @param seeder as there
   * @return false if there is no way, and a new one is needed: the name is another file's, or the
   *     file has changed below the pages that SQLite remembers
   */
  public boolean renew(@Nullable Seeder seeder) throws CniException {
    StateFile.prepare(database.file());
    if (mark == null || !mark.equals(StateFile.mark(database.file()))) {
      return false;
    }
    Schema.migrate(database, seeder);
    return true;
  }

  /** Whether it was opened with these. */
  public boolean isOf(Path file, BusyTimeout busyTimeout) {
    return database.file().equals(file) && database.busyTimeout().equals(busyTimeout);
  }

  /** When it was opened, in the time of {@link System#nanoTime}. */
  public long openedNanos() {
    return openedNanos;
  }

  /** Why rows can only be read here; null where they can be changed, as usual. */
  public @Nullable CniException whyReadOnly() {
    return whyReadOnly;
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

  /** How many calls there were. */
  public CallCounters calls() {
    return new CallCounters(database);
  }

  /** Where network policies may select pods. */
  public PolicyNamespaces policyNamespaces() {
    return new PolicyNamespaces(database);
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

  @Override
  public void close() {
    if (inPlace) {
      Schema.writeAhead(database);
    }
    close(database, lock);
  }
}
