package io.kindnet.cni.ipam;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;

/**
 * An address that was chosen.
 *
 * @param address the address
 * @param range the range that served it
 */
public record Lease(InetAddress address, IpPrefix range) {
  /** A lease that was remembered: of its range only the base address is known. */
  public static Lease remembered(InetAddress address, InetAddress gateway) {
    return new Lease(address, IpPrefix.host(gateway));
  }

  /** The base address of the range, which is the gateway of the pods in it. */
  public InetAddress gateway() {
    return range.address();
  }

  /** The family of the address. */
  public AddressFamily family() {
    return range.family();
  }
}
