package io.kindnet.kindnetd.dnscache.kernel;

import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;

/**
 * What comes to the cache.
 *
 * @param servers the name servers
 * @param flows what may come, of what pods send to these; empty for all
 * @param draining whether nothing new comes, but only what belongs to TCP connections that exist
 */
public record Interception(Set<InetAddress> servers, Optional<Set<Flow>> flows, boolean draining) {
  /** Copies the sets. */
  public Interception {
    servers = Set.copyOf(servers);
    flows = flows.map(Set::copyOf);
  }
}
