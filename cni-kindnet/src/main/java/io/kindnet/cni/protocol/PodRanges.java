package io.kindnet.cni.protocol;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Which ranges can serve pods at all. */
public final class PodRanges {
  private PodRanges() {}

  /**
   * Why {@code range} can never serve a pod, or null. Unusual ranges that work are nobody's
   * business: 169.254.0.0/16, 240.0.0.0/4 and most of 0.0.0.0/8 are ordinary addresses to Linux.
   */
  public static @Nullable String problem(IpPrefix range) {
    InetAddress gateway = range.address();
    if (gateway.isAnyLocalAddress()) {
      return "its base address, the gateway, would be "
          + IpAddresses.format(gateway)
          + ", which no interface can have";
    }
    if (gateway.isLoopbackAddress()) {
      return "loopback addresses never leave a host";
    }
    if (gateway.isMulticastAddress()) {
      return "no interface can have a multicast address";
    }
    if (gateway.isLinkLocalAddress() && range.family() == AddressFamily.IPV6) {
      return "no router passes on link-local addresses";
    }
    return null;
  }
}
