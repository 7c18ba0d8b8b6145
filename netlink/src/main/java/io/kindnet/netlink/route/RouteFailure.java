package io.kindnet.netlink.route;

import io.kindnet.netlink.wire.NetlinkException;

/**
 * A route of many that the kernel refused.
 *
 * @param route which one
 * @param error why
 */
public record RouteFailure(Route route, NetlinkException error) {}
