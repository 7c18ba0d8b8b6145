package io.kindnet.netlink.route;

import java.net.InetAddress;
import java.util.Optional;

/**
 * The way that a packet of this host would take.
 *
 * @param destination where to
 * @param gateway the router it goes through; empty if the destination is on a link, or is this host
 * @param linkIndex the link it goes through
 * @param source the address that it would come from
 * @param type {@code RTN_}: {@code UNICAST}, or {@code LOCAL} if the destination is this host
 * @param table the table that decided
 */
public record RouteLookup(
    InetAddress destination,
    Optional<InetAddress> gateway,
    int linkIndex,
    Optional<InetAddress> source,
    int type,
    int table) {
  /** Whether the destination is on a link of this host, no router between. */
  public boolean isDirect() {
    return type == RouteConstants.RTN_UNICAST && gateway.isEmpty();
  }

  /** Whether the destination is an address of this host. */
  public boolean isLocal() {
    return type == RouteConstants.RTN_LOCAL;
  }
}
