package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniException;
import java.util.Set;
import java.util.TreeSet;

/**
 * The table {@code policy_namespaces}: in which namespaces network policies may select pods. The
 * agent writes it, and a call reads it while there is no agent. It is in no version of the schema,
 * since a program that does not know it works as well with it: to go back to such a version must
 * not cost a node its database.
 */
public final class PolicyNamespaces {
  /** Stands for every namespace. */
  public static final String ALL = "*";

  private static final String TABLE = "policy_namespaces";

  private final Database database;

  PolicyNamespaces(Database database) {
    this.database = database;
  }

  /** All of them; empty also if the agent never wrote any. */
  public Set<String> all() throws CniException {
    return exists()
        ? new TreeSet<>(database.query("SELECT namespace FROM " + TABLE, row -> row.text(0)))
        : Set.of();
  }

  /** Makes the table hold these and no others, in the transaction of the caller. */
  public void replace(Set<String> namespaces) throws CniException {
    if (!exists()) {
      database.execute(
          "CREATE TABLE " + TABLE + " (namespace TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID");
    }
    database.execute("DELETE FROM " + TABLE);
    for (String namespace : namespaces) {
      database.update("INSERT INTO " + TABLE + " (namespace) VALUES (?)", namespace);
    }
  }

  private boolean exists() throws CniException {
    return database.number("SELECT count(*) FROM sqlite_schema WHERE name = ?", TABLE) != 0;
  }
}
