package io.kindnet.netlink.testing;

/** Command lines of the {@code sqlite3} shell, for a database that others use at the same time. */
public final class Sqlite3 {
  // SQLite's first user locks the whole file for a moment, and so does the last one that closes it
  private static final String TIMEOUT = ".timeout 60000";

  private Sqlite3() {}

  /**
   * Runs {@code statements} on the database in the file {@code database}: rows on standard output,
   * their columns divided by {@code |}. Waits up to a minute for the locks of others.
   */
  public static String[] command(Object database, String statements) {
    // the shell would take statements that begin with a comment for an option
    String argument = statements.startsWith("-") ? "\n" + statements : statements;
    return new String[] {"sqlite3", "-bail", "-cmd", TIMEOUT, database.toString(), argument};
  }
}
