package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.dnscache.kernel.DnsTableWriter;
import io.kindnet.kindnetd.dnscache.kernel.Flow;
import io.kindnet.kindnetd.dnscache.kernel.Interception;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;

/**
 * Knows what comes to the cache: what has sockets, and of that, what policies let through. Each
 * change is in the kernel when its call returns. Thread-safe.
 */
final class Interceptor {
  private final DnsTableWriter table;
  private boolean running;
  private boolean blocked;
  private Set<InetAddress> servers = Set.of();
  private Optional<Set<Flow>> flows;

  /**
   * Writes nothing yet.
   *
   * @param byPolicies whether only those flows come that {@link #allow} has allowed
   */
  Interceptor(DnsTableWriter table, boolean byPolicies) {
    this.table = table;
    this.flows = byPolicies ? Optional.of(Set.of()) : Optional.empty();
  }

  /** Writes from now on. Nothing comes before {@link #serve}. */
  synchronized void start() {
    running = true;
    blocked = false;
    servers = Set.of();
    write();
  }

  /**
   * These servers have sockets.
   *
   * @return whether the table had to be changed
   */
  synchronized boolean serve(Set<InetAddress> all) {
    servers = Set.copyOf(all);
    return write();
  }

  /** Nothing comes any more, whatever has sockets, until the next {@link #start}. */
  synchronized void block() {
    blocked = true;
    write();
  }

  /** These flows may come, and no others. */
  synchronized void allow(Set<Flow> all) {
    Optional<Set<Flow>> allowed = Optional.of(Set.copyOf(all));
    if (!allowed.equals(flows)) {
      flows = allowed;
      write();
    }
  }

  /** The flows that may come; empty for all. */
  synchronized Optional<Set<Flow>> flows() {
    return flows;
  }

  /** Nothing new comes, only what belongs to connections that exist. Writes nothing any more. */
  synchronized void drain() {
    if (running) {
      running = false;
      table.write(new Interception(servers, flows, /* draining= */ true));
    }
  }

  private boolean write() {
    Set<InetAddress> now = blocked ? Set.of() : servers;
    return running && table.write(new Interception(now, flows, /* draining= */ false));
  }
}
