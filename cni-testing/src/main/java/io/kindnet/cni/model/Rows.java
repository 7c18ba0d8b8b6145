package io.kindnet.cni.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is in the database, by SQL of its own. */
final class Rows {
  /** Whose a row is: {@code CONTAINER/INTERFACE}, whichever form the key of the row has. */
  private static final String SLOT =
      "substr(%1$s, 1, instr(%1$s || '/', '/') - 1) || coalesce('/' || a.interface_name, '')"
          .formatted("t.container_id");

  private static final String FROM =
      " FROM %s t LEFT JOIN attachments a ON a.container_id = t.container_id";

  private static final Map<String, String> QUERIES =
      Map.of(
          "pods",
          "SELECT "
              + SLOT
              + ", t.namespace || '/' || t.name, t.netns, t.ip_address_v4, t.ip_gateway_v4,"
              + " t.ip_address_v6, t.ip_gateway_v6, t.interface_name, t.interface_mtu"
              + FROM.formatted("pods"),
          "attachments",
          "SELECT " + SLOT + ", t.network, t.bridge" + FROM.formatted("attachments"),
          "portmap_entries",
          "SELECT "
              + SLOT
              + ", t.host_ip, t.host_port, t.protocol, t.container_ip, t.container_port"
              + FROM.formatted("portmap_entries"),
          "ipam_ranges",
          "SELECT subnet, count(*) FROM ipam_ranges GROUP BY subnet");

  private Rows() {}

  /** A line for each row; none where there is no database. */
  static List<String> read(Path database) {
    List<String> lines = new ArrayList<>();
    if (!Files.exists(database)) {
      return lines;
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 30000");
      for (Map.Entry<String, String> query : QUERIES.entrySet()) {
        try (ResultSet rows = statement.executeQuery(query.getValue())) {
          while (rows.next()) {
            lines.add(line(query.getKey(), rows));
          }
        }
      }
    } catch (SQLException refused) {
      throw new AssertionError("cannot read " + database, refused);
    }
    return lines;
  }

  private static String line(String table, ResultSet row) throws SQLException {
    Object[] values = new Object[row.getMetaData().getColumnCount()];
    for (int column = 0; column < values.length; column++) {
      values[column] = row.getString(column + 1);
    }
    return Lines.row(table, values);
  }
}
