package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.Set;

/**
 * What this machine reaches without pods.
 *
 * @param networks on its links
 * @param gateways the next hops of its routes
 * @param addresses its own
 * @param nameServers those that it asks itself
 */
record HostFacts(
    Set<IpPrefix> networks,
    Set<InetAddress> gateways,
    Set<InetAddress> addresses,
    Set<InetAddress> nameServers) {
  /** Copies the sets. */
  HostFacts {
    networks = Set.copyOf(networks);
    gateways = Set.copyOf(gateways);
    addresses = Set.copyOf(addresses);
    nameServers = Set.copyOf(nameServers);
  }
}
