package io.kindnet.cni.store;

import io.kindnet.cni.protocol.Attachment;
import io.kindnet.cni.protocol.CniException;

/**
 * Rows that refer to a pod whose own row somebody deleted without regard to foreign keys, as the
 * sqlite3 shell does. Nobody could release them any more.
 */
public final class Orphans {
  private final Database database;

  Orphans(Database database) {
    this.database = database;
  }

  /** Whether {@code attachment}, which has no row, still has host ports. */
  public boolean holdPortsOf(Attachment attachment) throws CniException {
    return database.number(
            "SELECT EXISTS (SELECT 1 FROM portmap_entries e"
                + " WHERE e.container_id IN (?1, ?1 || '/' || ?2) AND NOT EXISTS"
                + " (SELECT 1 FROM pods p WHERE p.container_id = e.container_id))",
            attachment.containerId(),
            attachment.interfaceName())
        != 0;
  }

  /** Whether there are any. Looks at every row, and writes nothing. */
  public boolean exist() throws CniException {
    return database.number(
            "SELECT EXISTS (SELECT 1 FROM portmap_entries"
                + " WHERE container_id NOT IN (SELECT container_id FROM pods))"
                + " OR EXISTS (SELECT 1 FROM attachments"
                + " WHERE container_id NOT IN (SELECT container_id FROM pods))")
        != 0;
  }

  /** Removes all of them and says whether there were any. Looks at every row. */
  public boolean delete() throws CniException {
    int deleted = 0;
    for (String table : new String[] {"portmap_entries", "attachments"}) {
      deleted +=
          database.update(
              "DELETE FROM "
                  + table
                  + " WHERE container_id NOT IN (SELECT container_id FROM pods)");
    }
    return deleted > 0;
  }

  /** Removes those that a new pod with this key would inherit. */
  void deleteOf(String key) throws CniException {
    database.update("DELETE FROM attachments WHERE container_id = ?", key);
    database.update("DELETE FROM portmap_entries WHERE container_id = ?", key);
  }
}
