package io.kindnet.cni.store;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.JsonText;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Cursor;

/** The table {@code portmap_entries}. */
public final class Ports {
  private static final String SELECT =
      "SELECT container_id, host_ip, host_port, protocol, container_ip, container_port"
          + " FROM portmap_entries ";

  private final Database database;

  Ports(Database database) {
    this.database = database;
  }

  /** Every host port, by number. */
  public List<PortRow> all() throws CniException {
    return select("ORDER BY host_port, protocol, host_ip");
  }

  /** Every host port, by {@link PodRow#key}. */
  public Map<String, List<HostPort>> byPod() throws CniException {
    return byPod(select("ORDER BY id"));
  }

  /** The host ports of the pods whose ends on the host have one of {@code names}, likewise. */
  public Map<String, List<HostPort>> byPod(Collection<String> names) throws CniException {
    return byPod(
        select(
            "WHERE container_id IN (SELECT container_id FROM pods"
                + " WHERE interface_name IN (SELECT value FROM json_each(?))) ORDER BY id",
            JsonText.array(names)));
  }

  private static Map<String, List<HostPort>> byPod(List<PortRow> rows) {
    Map<String, List<HostPort>> byPod = new HashMap<>();
    for (PortRow row : rows) {
      List<HostPort> ports = byPod.get(row.podKey());
      if (ports == null) {
        ports = new ArrayList<>();
        byPod.put(row.podKey(), ports);
      }
      ports.add(row.port());
    }
    return byPod;
  }

  /** The host ports of one pod. */
  public List<HostPort> of(PodRow pod) throws CniException {
    List<HostPort> ports = new ArrayList<>();
    for (PortRow row : select("WHERE container_id = ? ORDER BY id", pod.key())) {
      ports.add(row.port());
    }
    return ports;
  }

  /**
   * The {@link PodRow#key} of the pod whose host ports have been there for longest, other than
   * {@code pod}; empty if there is none.
   */
  public String oldestHolderBut(PodRow pod) throws CniException {
    List<String> keys =
        database.query(
            "SELECT container_id FROM portmap_entries WHERE container_id <> ? ORDER BY id LIMIT 1",
            row -> row.text(0),
            pod.key());
    return keys.isEmpty() ? "" : keys.getFirst();
  }

  /** The host ports with this number, whatever their protocol and address. */
  public List<PortRow> withNumber(int hostPort) throws CniException {
    return select("WHERE host_port = ? ORDER BY id", hostPort);
  }

  /** Adds a row. */
  public void insert(PortRow row) throws CniException {
    HostPort port = row.port();
    database.update(
        "INSERT INTO portmap_entries (container_id, host_ip, host_port, protocol,"
            + " container_ip, container_port) VALUES (?, ?, ?, ?, ?, ?)",
        row.podKey(),
        IpAddresses.format(port.hostIp()),
        port.hostPort(),
        port.protocol().toString(),
        IpAddresses.format(port.containerIp()),
        port.containerPort());
  }

  /** Removes the host ports of one pod; none is no error. */
  public void deleteOf(PodRow pod) throws CniException {
    deleteOf(pod.key());
  }

  /** Removes the host ports of the pod with this key; none is no error. */
  public void deleteOf(String podKey) throws CniException {
    database.update("DELETE FROM portmap_entries WHERE container_id = ?", podKey);
  }

  private List<PortRow> select(String condition, Object... parameters) throws CniException {
    return database.query(SELECT + condition, Ports::read, parameters);
  }

  /**
   * The original plugin has written {@code 0.0.0.0/0} or nothing for every address, and keeps the
   * runtime's spelling of the protocol. A row without the pod's address leads nowhere.
   */
  private static @Nullable PortRow read(Cursor row) {
    TransportProtocol protocol = TransportProtocol.named(row.text(3));
    String containerIp = row.text(4);
    if (protocol == null || containerIp.isEmpty()) {
      return null;
    }
    InetAddress pod = IpAddresses.parse(containerIp);
    return new PortRow(
        row.text(0),
        new HostPort(
            hostIp(row.text(1), pod), (int) row.number(2), protocol, pod, (int) row.number(5)));
  }

  private static InetAddress hostIp(String text, InetAddress pod) {
    if (text.isEmpty()) {
      return IpAddresses.of(new byte[pod.getAddress().length]);
    }
    return IpAddresses.parse(text.endsWith("/0") ? text.substring(0, text.length() - 2) : text);
  }
}
