package io.kindnet.netlink.route;

import io.kindnet.netlink.netns.NetworkNamespace;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A pair of virtual Ethernet interfaces to be made.
 *
 * @param name the end in the namespace of the socket
 * @param peerName the other end
 * @param peerNamespace the descriptor of the namespace that the other end is made in; empty for the
 *     same one
 * @param mtu the largest packet in bytes, on both ends; 0 for the kernel's default, 1500
 * @param mac the Ethernet address of {@code name}; empty for a random one of the kernel's, which
 *     link managers such as udev take for one that they may replace ({@code addr_assign_type})
 * @param peerMac that of the other end
 */
public record VethPair(
    String name,
    String peerName,
    OptionalInt peerNamespace,
    int mtu,
    Optional<MacAddress> mac,
    Optional<MacAddress> peerMac) {
  /** A pair with both ends in the namespace of the socket, and the default MTU. */
  public static VethPair of(String name, String peerName) {
    return new VethPair(name, peerName, OptionalInt.empty(), 0, Optional.empty(), Optional.empty());
  }

  /** The same with the peer in {@code namespace}, which must stay open until the pair is made. */
  public VethPair withPeerIn(NetworkNamespace namespace) {
    return new VethPair(name, peerName, OptionalInt.of(namespace.fd()), mtu, mac, peerMac);
  }

  /** The same with the MTU of both ends. */
  public VethPair withMtu(int bytes) {
    return new VethPair(name, peerName, peerNamespace, bytes, mac, peerMac);
  }

  /** The same with the Ethernet addresses of both ends. */
  public VethPair withMacs(MacAddress own, MacAddress peers) {
    return new VethPair(name, peerName, peerNamespace, mtu, Optional.of(own), Optional.of(peers));
  }
}
