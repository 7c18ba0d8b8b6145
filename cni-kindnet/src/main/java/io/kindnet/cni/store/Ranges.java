package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Cursor;

/** The tables {@code ipam_ranges} and {@code manual_ranges}. */
public final class Ranges {
  private final Database database;

  Ranges(Database database) {
    this.database = database;
  }

  /**
   * Every range, oldest first. A range with a description is an operator's, too: no configuration
   * has one. Rows that hold no CIDR are passed over.
   */
  public List<RangeRow> all() throws CniException {
    return database.query(
        "SELECT r.id, r.subnet, r.description,"
            + " m.range_id IS NOT NULL OR r.description IS NOT NULL"
            + " FROM ipam_ranges r LEFT JOIN manual_ranges m ON m.range_id = r.id"
            + " ORDER BY r.id",
        Ranges::read);
  }

  /** The range {@code subnet}, or null. */
  public @Nullable RangeRow find(IpPrefix subnet) throws CniException {
    for (RangeRow range : all()) {
      if (range.subnet().equals(subnet)) {
        return range;
      }
    }
    return null;
  }

  /** Adds a range that a configuration names. */
  public RangeRow insert(IpPrefix subnet) throws CniException {
    long id =
        database.number(
            "INSERT INTO ipam_ranges (subnet) VALUES (?) RETURNING id", subnet.toString());
    return new RangeRow(id, subnet, "", false);
  }

  /** Adds a range for an operator, or makes one that is there an operator's. */
  public void insertManual(IpPrefix subnet, @Nullable String description) throws CniException {
    RangeRow present = find(subnet);
    long id = present == null ? insert(subnet).id() : present.id();
    database.update("INSERT OR IGNORE INTO manual_ranges (range_id) VALUES (?)", id);
    if (description != null) {
      database.update("UPDATE ipam_ranges SET description = ? WHERE id = ?", description, id);
    }
  }

  /** Removes a range; one that is not there is no error. */
  public void delete(RangeRow range) throws CniException {
    database.update("DELETE FROM ipam_ranges WHERE id = ?", range.id());
  }

  private static @Nullable RangeRow read(Cursor row) {
    IpPrefix subnet;
    try {
      subnet = IpPrefix.parse(row.text(1).strip());
    } catch (IllegalArgumentException notCidr) {
      return null;
    }
    return new RangeRow(row.number(0), subnet, row.text(2), row.number(3) != 0);
  }
}
