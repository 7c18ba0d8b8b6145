package io.kindnet.cni.store;

import io.kindnet.netlink.ip.AddressFamily;
import java.net.InetAddress;

/**
 * An address of a pod and the gateway of its family, which is the base address of the range that
 * served it.
 */
public record PodAddress(InetAddress address, InetAddress gateway) {
  /** The family of both. */
  public AddressFamily family() {
    return AddressFamily.of(address);
  }
}
