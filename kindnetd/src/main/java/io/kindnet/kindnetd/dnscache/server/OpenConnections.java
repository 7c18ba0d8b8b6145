package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.netlink.unix.Poller;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The TCP connections that there are, and which ones end for want of use. For one thread. */
final class OpenConnections {
  private final Poller<Object> poller;
  private final ServerLimits limits;
  private final ClientCounts ofClients;
  private final Set<Connection> all = new HashSet<>();

  /**
   * @param poller has all of them
   */
  OpenConnections(Poller<Object> poller, ServerLimits limits) {
    this.poller = poller;
    this.limits = limits;
    this.ofClients = new ClientCounts(limits.connectionsOfClient());
  }

  /**
   * Adds one, in the place of another where there are many.
   *
   * @return false if its client has too many, and it is closed
   */
  boolean add(Connection connection) {
    if (!ofClients.take(connection.client().getAddress())) {
      connection.close();
      return false;
    }
    if (all.size() >= limits.connections()) {
      endIdlest();
    }
    all.add(connection);
    poller.add(connection.number(), connection);
    return true;
  }

  /** Whether it has not ended. */
  boolean contains(Connection connection) {
    return all.contains(connection);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  List<Connection> of(Endpoint endpoint) {
    return all.stream().filter(one -> one.endpoint().equals(endpoint)).toList();
  }

  /** Ends those that have had nothing to do for long. */
  void endIdle() {
    long now = System.nanoTime();
    Duration idle = limits.idle();
    all.stream()
        .filter(one -> now - one.lastUse() > idle.toNanos() && one.isIdle())
        .toList()
        .forEach(this::end);
  }

  /** Ends the one that has had nothing to do for longest, if there is any. */
  void endIdlest() {
    all.stream()
        .filter(Connection::isIdle)
        .min(Comparator.comparingLong(Connection::lastUse))
        .ifPresent(this::end);
  }

  void end(Connection connection) {
    all.remove(connection);
    poller.remove(connection.number());
    connection.close();
    ofClients.giveBack(connection.client().getAddress());
  }

  void endAll() {
    List.copyOf(all).forEach(this::end);
  }
}
