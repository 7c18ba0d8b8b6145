package io.kindnet.cni.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The tables, in {@code schema-N.sql} for each version. {@code PRAGMA user_version} tells which of
 * them a file has; one of the original plugin has 0 and its tables already.
 */
final class Schema {
  private static final int VERSION = 3;
  private static final long WAL_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private Schema() {}

  /**
   * Brings the file to the newest version.
   *
   * @param seeder fills a file that has no tables yet
   * @throws CniException {@link CniErrorCode#IO_FAILURE} if it is newer than this program
   */
  static void migrate(Database database, Store.@Nullable Seeder seeder) throws CniException {
    if (versionOf(database) < VERSION) {
      enterWal(database);
      Transactions.immediate(
          database,
          () -> {
            // another call may have done it meanwhile
            boolean isNew = versionOf(database) == 0 && !hasPods(database);
            for (long version = versionOf(database) + 1; version <= VERSION; version++) {
              database.execute(script(version));
              database.execute("PRAGMA user_version = " + version);
            }
            if (isNew && seeder != null) {
              seeder.fill(new Pods(database), new Ports(database), new PolicyNamespaces(database));
            }
            return VERSION;
          });
    }
  }

  /**
   * Lets deleting do with the space that the file has, on a connection that has it alone: SQLite
   * keeps its log in memory. Who is killed while it writes leaves a damaged file, which is better
   * than rows that nobody could delete.
   *
   * @return whether that is so now; not where what its log on disk holds does not fit into the file
   */
  static boolean writeInPlace(Database database) {
    try {
      pragma(database, "journal_mode = MEMORY");
      return true;
    } catch (CniException refused) {
      return false;
    }
  }

  /** Takes {@link #writeInPlace} back, as far as possible. */
  static void writeAhead(Database database) {
    try {
      pragma(database, "journal_mode = WAL");
    } catch (CniException e) {
      // calls work as well without, only they wait for each other more often
    }
  }

  /** Makes sure that the tables are those of this version. */
  static void requireCurrent(Database database) throws CniException {
    if (versionOf(database) < VERSION) {
      throw database.failure("it is of an older version");
    }
  }

  private static void pragma(Database database, String pragma) throws CniException {
    database.query("PRAGMA " + pragma, row -> row.text(0));
  }

  /** Those of the original plugin have no version. */
  private static boolean hasPods(Database database) throws CniException {
    return database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'pods'") != 0;
  }

  private static long versionOf(Database database) throws CniException {
    long version = database.number("PRAGMA user_version");
    requireKnown(version, database.file());
    return version;
  }

  /**
   * Makes sure that a file of {@code version} is not newer than this program.
   *
   * @throws CniException {@link CniErrorCode#IO_FAILURE} naming both versions
   */
  static void requireKnown(long version, Path file) throws CniException {
    if (version > VERSION) {
      throw new CniException(
          CniErrorCode.IO_FAILURE,
          "database "
              + file
              + ": its schema has version "
              + version
              + ", this program knows "
              + VERSION
              + " at most: a newer cni-kindnet wrote it");
    }
  }

  /**
   * Write-ahead logging, so that readers never wait; the file remembers it. SQLite does not wait by
   * itself here while another call does the same.
   */
  private static void enterWal(Database database) throws CniException {
    long deadline = database.busyTimeout().deadline();
    while (true) {
      try {
        pragma(database, "journal_mode = WAL");
        return;
      } catch (CniException busy) {
        if (busy.code() != CniErrorCode.TRY_AGAIN_LATER || System.nanoTime() - deadline > 0) {
          throw busy;
        }
        LockSupport.parkNanos(WAL_RETRY_NANOS);
      }
    }
  }

  private static String script(long version) {
    String name = "schema-" + version + ".sql";
    try (InputStream script = Schema.class.getResourceAsStream(name)) {
      if (script == null) {
        throw new IllegalStateException("resource " + name + " is missing from the program");
      }
      return new String(script.readAllBytes(), UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
