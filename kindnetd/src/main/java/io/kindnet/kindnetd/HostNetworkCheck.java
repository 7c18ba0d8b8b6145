package io.kindnet.kindnetd;

import io.kindnet.netlink.ip.IpAddresses;

/** kindnetd changes the routes and rules of the node, so it has to be where they are. */
final class HostNetworkCheck {
  private HostNetworkCheck() {}

  /**
   * @throws IllegalStateException if this pod has an address of its own
   */
  static void require(Environment environment) {
    if (!same(environment.hostIp(), environment.podIp())) {
      throw new IllegalStateException(
          "HOST_IP ("
              + environment.hostIp()
              + ") and POD_IP ("
              + environment.podIp()
              + ") must be equal: kindnetd has to run in the host's network (hostNetwork: true)");
    }
  }

  private static boolean same(String one, String other) {
    try {
      return one.equals(other) || IpAddresses.parse(one).equals(IpAddresses.parse(other));
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }
}
