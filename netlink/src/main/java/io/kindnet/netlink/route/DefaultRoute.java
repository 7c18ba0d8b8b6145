package io.kindnet.netlink.route;

import io.kindnet.netlink.wire.NetlinkMessage;
import java.util.OptionalInt;

/**
 * A route that takes what leaves the network.
 *
 * @param route the route
 * @param mtu {@code RTAX_MTU} of its metrics, in bytes: how large packets on it may be, whatever
 *     its links take; empty where it does not say
 */
record DefaultRoute(Route route, OptionalInt mtu) {
  /** The one in {@code message}. */
  static DefaultRoute read(NetlinkMessage message) {
    return new DefaultRoute(RouteReader.read(message), RouteReader.mtu(message));
  }
}
