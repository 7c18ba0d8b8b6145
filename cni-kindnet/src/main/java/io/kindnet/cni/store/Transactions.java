package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniException;

/** Runs work in a transaction that has the right to write from its first moment on. */
final class Transactions {
  private Transactions() {}

  /** The result of {@code work}, committed; whatever {@code work} throws rolls back. */
  static <T> T immediate(Database database, Store.Work<T> work) throws CniException {
    database.execute("BEGIN IMMEDIATE");
    boolean committed = false;
    try {
      T result = work.run();
      database.execute("COMMIT");
      committed = true;
      return result;
    } finally {
      if (!committed) {
        rollBack(database);
      }
    }
  }

  private static void rollBack(Database database) {
    try {
      database.execute("ROLLBACK");
    } catch (CniException e) {
      // SQLite has rolled back by itself after some errors; what led here is thrown on
    }
  }
}
