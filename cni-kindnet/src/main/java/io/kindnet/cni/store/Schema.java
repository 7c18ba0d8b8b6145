package io.kindnet.cni.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The tables, in {@code schema-N.sql} for each version. {@code PRAGMA user_version} tells which of
 * them a file has; one of the original plugin has 0 and its tables already.
 */
final class Schema {
  private static final int VERSION = 2;
  private static final long WAL_DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long WAL_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private Schema() {}

  /**
   * Brings the file to the newest version.
   *
   * @throws CniException {@link CniErrorCode#IO_FAILURE} if it is newer than this program
   */
  static void migrate(Database database) throws CniException {
    if (versionOf(database) < VERSION) {
      enterWal(database);
      Transactions.immediate(
          database,
          () -> {
            // another call may have done it meanwhile
            for (long version = versionOf(database) + 1; version <= VERSION; version++) {
              database.execute(script(version));
              database.execute("PRAGMA user_version = " + version);
            }
            return VERSION;
          });
    }
  }

  /** Writes the version anew that a migrated file has. */
  static void rewriteVersion(Database database) throws CniException {
    database.execute("PRAGMA user_version = " + VERSION);
  }

  private static long versionOf(Database database) throws CniException {
    long version = database.number("PRAGMA user_version");
    if (version > VERSION) {
      throw database.failure(
          "its schema has version "
              + version
              + ", this program knows "
              + VERSION
              + " at most: a newer cni-kindnet wrote it");
    }
    return version;
  }

  /**
   * Write-ahead logging, so that readers never wait; the file remembers it. SQLite does not wait by
   * itself here while another call does the same.
   */
  private static void enterWal(Database database) throws CniException {
    long deadline = System.nanoTime() + WAL_DEADLINE_NANOS;
    while (true) {
      try {
        database.query("PRAGMA journal_mode = WAL", row -> row.text(0));
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
