package io.kindnet.netlink.route;

import io.kindnet.netlink.wire.NetlinkMessage;

/**
 * {@code struct netconfmsg} of {@code linux/netconf.h}: the fixed part of a message about the
 * settings of links.
 *
 * @param family {@code ncm_family}
 */
record NetconfMessage(int family) {
  static final int LENGTH = 1;

  /** Reads the fixed part of {@code message}. */
  static NetconfMessage parse(NetlinkMessage message) {
    return new NetconfMessage(message.require(LENGTH).get(0) & 0xff);
  }
}
