package io.kindnet.kindnetd.conntrack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.Flow;
import io.kindnet.netlink.conntrack.FlowDetails;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What conntrack has, with the names of pods: {@code kindnetd connections}. */
public final class ConnectionReport {
  private static final List<String> HEADINGS =
      List.of("PROTO", "STATE", "FROM", "TO", "PACKETS", "BYTES", "AGE", "TIMEOUT");

  private final List<Connection> connections;

  private ConnectionReport(List<Connection> connections) {
    this.connections = connections;
  }

  /**
   * Reads what the kernel has, in the network namespace of {@code socket}.
   *
   * @param pods tells which pod has an address
   * @param only those of these addresses; empty for all
   */
  public static ConnectionReport read(
      ConntrackSocket socket,
      Function<InetAddress, Optional<String>> pods,
      Optional<Set<InetAddress>> only) {
    Instant now = Instant.now();
    List<Connection> connections = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      for (Flow flow : socket.list(family)) {
        Connection connection = Connection.of(flow, pods, now);
        if (only.isEmpty() || connection.isOf(only.get())) {
          connections.add(connection);
        }
      }
    }
    connections.sort(
        Comparator.comparing(Connection::protocol)
            .thenComparing(connection -> connection.source().addressAndPort())
            .thenComparing(connection -> connection.destination().addressAndPort()));
    return new ConnectionReport(connections);
  }

  /** A table for people, with a line for each connection. */
  public String text() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    connections.forEach(connection -> rows.add(row(connection)));
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(row.get(column));
        line.repeat(' ', width(rows, column) - row.get(column).length() + 2);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private static List<String> row(Connection connection) {
    Flow flow = connection.flow();
    long packets = flow.details().original().packets() + flow.details().reply().packets();
    long bytes = flow.details().original().bytes() + flow.details().reply().bytes();
    return List.of(
        connection.protocol(),
        connection.state() + (connection.isOffloaded() ? ",OFFLOADED" : ""),
        end(connection.source(), connection.translatedSource()),
        end(connection.destination(), connection.translatedDestination()),
        packets == 0 ? "-" : Long.toString(packets),
        bytes == 0 ? "-" : Long.toString(bytes),
        connection.age().map(age -> seconds(age) + "s").orElse("-"),
        connection.isOffloaded() ? "-" : flow.timeoutSeconds() + "s");
  }

  private static long seconds(Duration age) {
    return Math.max(0, age.toSeconds());
  }

  private static String end(Connection.End end, Optional<Connection.End> translated) {
    return end(end) + translated.map(other -> " => " + end(other)).orElse("");
  }

  private static String end(Connection.End end) {
    return end.addressAndPort() + end.pod().map(pod -> " (" + pod + ")").orElse("");
  }

  /** The same for programs: an object for each connection. */
  public ArrayNode json() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Connection connection : connections) {
      ObjectNode node = array.addObject();
      node.put("protocol", connection.protocol()).put("state", connection.state());
      put(node.putObject("source"), connection.source());
      put(node.putObject("destination"), connection.destination());
      connection.translatedSource().ifPresent(end -> put(node.putObject("translatedSource"), end));
      connection
          .translatedDestination()
          .ifPresent(end -> put(node.putObject("translatedDestination"), end));
      Flow flow = connection.flow();
      put(node.putObject("original"), flow.details().original());
      put(node.putObject("reply"), flow.details().reply());
      connection.age().ifPresent(age -> node.put("ageSeconds", seconds(age)));
      node.put("timeoutSeconds", flow.timeoutSeconds()).put("mark", flow.mark());
      node.put("offloaded", connection.isOffloaded());
    }
    return array;
  }

  private static void put(ObjectNode node, Connection.End end) {
    node.put("address", IpAddresses.format(end.address()));
    if (end.port() != 0) {
      node.put("port", end.port());
    }
    end.pod().ifPresent(pod -> node.put("pod", pod));
  }

  private static void put(ObjectNode node, FlowDetails.Traffic traffic) {
    node.put("packets", traffic.packets()).put("bytes", traffic.bytes());
  }
}
