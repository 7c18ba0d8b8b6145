package io.kindnet.netlink.libc;

import java.net.InetSocketAddress;

/** Addresses in the messages of errors. */
final class Names {
  private Names() {}

  /** {@code 10.0.0.1:53} or {@code [fd00:0:0:0:0:0:0:1]:53}. */
  static String of(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
