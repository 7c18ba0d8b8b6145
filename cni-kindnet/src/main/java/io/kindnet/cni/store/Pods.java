package io.kindnet.cni.store;

import io.kindnet.cni.protocol.Attachment;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.JsonText;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Cursor;

/** The tables {@code pods} and {@code attachments}. */
public final class Pods {
  private static final String SELECT =
      "SELECT p.container_id, p.namespace, p.name, p.uid, p.netns,"
          + " p.ip_address_v4, p.ip_gateway_v4, p.ip_address_v6, p.ip_gateway_v6,"
          + " p.interface_name, p.interface_mtu, p.creation_timestamp,"
          + " a.interface_name, a.network, a.bridge"
          + " FROM pods p LEFT JOIN attachments a ON a.container_id = p.container_id ";

  private final Database database;

  Pods(Database database) {
    this.database = database;
  }

  /** Every pod, oldest first. */
  public List<PodRow> all() throws CniException {
    return database.query(SELECT + "ORDER BY p.creation_timestamp, p.rowid", Pods::read);
  }

  /**
   * The pods whose ends on the host have one of {@code names}, oldest first. Costs little for each
   * row that is not among them.
   */
  public List<PodRow> withHostInterfaces(Collection<String> names) throws CniException {
    return database.query(
        SELECT
            + "WHERE p.interface_name IN (SELECT value FROM json_each(?))"
            + " ORDER BY p.creation_timestamp, p.rowid",
        Pods::read,
        JsonText.array(names));
  }

  /**
   * The pods whose rows were written longer ago than {@code age}, oldest first; also those that a
   * clock which was wrong then has dated that far into the future.
   *
   * @param age whole seconds
   */
  public List<PodRow> olderThan(Duration age) throws CniException {
    return database.query(
        SELECT
            + "WHERE p.creation_timestamp NOT BETWEEN"
            + " datetime('now', ?1 || ' seconds') AND datetime('now', ?2 || ' seconds')"
            + " ORDER BY p.creation_timestamp, p.rowid",
        Pods::read,
        -age.toSeconds(),
        age.toSeconds());
  }

  /**
   * The row of an attachment, or null. A row of the original plugin stands for the container
   * whatever the name of the interface, because that plugin does not heed it.
   */
  public @Nullable PodRow find(Attachment attachment) throws CniException {
    List<PodRow> rows =
        database.query(
            SELECT
                + "WHERE p.container_id = ?1 AND coalesce(a.interface_name, ?2) = ?2"
                + " OR p.container_id = ?1 || '/' || ?2",
            Pods::read,
            attachment.containerId(),
            attachment.interfaceName());
    return rows.isEmpty() ? null : rows.getFirst();
  }

  /** The row with this key, or null. */
  public @Nullable PodRow byKey(String key) throws CniException {
    List<PodRow> rows = database.query(SELECT + "WHERE p.container_id = ?", Pods::read, key);
    return rows.isEmpty() ? null : rows.getFirst();
  }

  /** The rows of interfaces that were found, and whose container nobody knows. */
  public List<PodRow> found() throws CniException {
    return database.query(
        SELECT + "WHERE p.container_id >= '?/' AND p.container_id < '?0'", Pods::read);
  }

  /** The key for a row of {@code attachment} that is not there yet. */
  public String newKey(Attachment attachment) throws CniException {
    String containerId = attachment.containerId();
    boolean first =
        database.number("SELECT count(*) FROM pods WHERE container_id = ?", containerId) == 0;
    return first ? containerId : containerId + "/" + attachment.interfaceName();
  }

  /** Adds a row. */
  public void insert(PodRow pod) throws CniException {
    new Orphans(database).deleteOf(pod.key());
    PodAddress v4 = addressOf(pod, AddressFamily.IPV4);
    PodAddress v6 = addressOf(pod, AddressFamily.IPV6);
    database.update(
        "INSERT INTO pods (container_id, namespace, name, uid, netns,"
            + " ip_address_v4, ip_gateway_v4, ip_address_v6, ip_gateway_v6,"
            + " interface_name, interface_mtu) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        pod.key(),
        pod.identity().namespace(),
        pod.identity().name(),
        pod.identity().uid(),
        pod.netns(),
        v4 == null ? null : IpAddresses.format(v4.address()),
        v4 == null ? null : IpAddresses.format(v4.gateway()),
        v6 == null ? null : IpAddresses.format(v6.address()),
        v6 == null ? null : IpAddresses.format(v6.gateway()),
        pod.hostInterface(),
        pod.mtu());
    PodRow.Details details = pod.attachment();
    if (details != null) {
      database.update(
          "INSERT INTO attachments (container_id, interface_name, network, bridge)"
              + " VALUES (?, ?, ?, ?)",
          pod.key(),
          details.interfaceName(),
          details.network(),
          details.bridge());
    }
  }

  /** Removes a row, and with it the pod's host ports; one that is not there is no error. */
  public void delete(PodRow pod) throws CniException {
    database.update("DELETE FROM pods WHERE container_id = ?", pod.key());
  }

  /** Whether a pod has {@code address}, or has its gateway there, which is on the host. */
  public boolean isTaken(InetAddress address) throws CniException {
    boolean four = AddressFamily.of(address) == AddressFamily.IPV4;
    return database.number(
            four
                ? "SELECT EXISTS (SELECT 1 FROM pods WHERE ip_address_v4 = ?1)"
                    + " OR EXISTS (SELECT 1 FROM pods WHERE ip_gateway_v4 = ?1)"
                : "SELECT EXISTS (SELECT 1 FROM pods WHERE ip_address_v6 = ?1)"
                    + " OR EXISTS (SELECT 1 FROM pods WHERE ip_gateway_v6 = ?1)",
            IpAddresses.format(address))
        != 0;
  }

  /** The addresses of the pods whose gateway is {@code gateway}. */
  public Set<InetAddress> servedBy(InetAddress gateway) throws CniException {
    return new HashSet<>(
        database.query(
            servedBy(AddressFamily.of(gateway)), Pods::readAddress, IpAddresses.format(gateway)));
  }

  /** Whether some pod has its address from {@code range}; the gateway tells overlapping ones. */
  public boolean use(IpPrefix range) throws CniException {
    InetAddress used =
        database.first(
            servedBy(range.family()),
            row -> {
              InetAddress address = readAddress(row);
              return address != null && range.contains(address) ? address : null;
            },
            IpAddresses.format(range.address()));
    return used != null;
  }

  private static String servedBy(AddressFamily family) {
    return family == AddressFamily.IPV4
        ? "SELECT ip_address_v4 FROM pods WHERE ip_gateway_v4 = ?"
        : "SELECT ip_address_v6 FROM pods WHERE ip_gateway_v6 = ?";
  }

  private static @Nullable InetAddress readAddress(Cursor row) {
    String address = row.text(0);
    return address.isEmpty() ? null : IpAddresses.parse(address);
  }

  private static @Nullable PodAddress addressOf(PodRow pod, AddressFamily family) {
    for (PodAddress address : pod.addresses()) {
      if (address.family() == family) {
        return address;
      }
    }
    return null;
  }

  private static PodRow read(Cursor row) {
    List<PodAddress> addresses = new ArrayList<>(2);
    addAddress(addresses, row.text(5), row.text(6));
    addAddress(addresses, row.text(7), row.text(8));
    String interfaceName = row.text(12);
    return new PodRow(
        row.text(0),
        new PodIdentity(row.text(1), row.text(2), row.text(3)),
        row.text(4),
        addresses,
        row.text(9),
        (int) row.number(10),
        row.text(11),
        interfaceName.isEmpty()
            ? null
            : new PodRow.Details(interfaceName, row.text(13), row.text(14)));
  }

  private static void addAddress(List<PodAddress> addresses, String address, String gateway) {
    // the original plugin writes the row first and its addresses later
    if (!address.isEmpty() && !gateway.isEmpty()) {
      addresses.add(new PodAddress(IpAddresses.parse(address), IpAddresses.parse(gateway)));
    }
  }
}
