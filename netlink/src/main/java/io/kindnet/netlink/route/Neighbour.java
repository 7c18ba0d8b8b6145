package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Who has an address on a link: an entry of the ARP table (IPv4) or of neighbour discovery (IPv6).
 *
 * @param linkIndex the link
 * @param address the IP address
 * @param mac where packets to it are sent; empty as long as that is not known
 * @param state {@code NUD_}, see the constants here
 * @param flags {@code NTF_}, see the constants here
 */
public record Neighbour(
    int linkIndex, InetAddress address, Optional<MacAddress> mac, int state, int flags) {
  /** State of {@code linux/neighbour.h}: being asked for. */
  public static final int NUD_INCOMPLETE = 0x01;

  /** State of {@code linux/neighbour.h}: answered lately. */
  public static final int NUD_REACHABLE = 0x02;

  /** State of {@code linux/neighbour.h}: answered once, to be asked again when needed. */
  public static final int NUD_STALE = 0x04;

  /** State of {@code linux/neighbour.h}: did not answer. */
  public static final int NUD_FAILED = 0x20;

  /** State of {@code linux/neighbour.h}: the link needs no asking. */
  public static final int NUD_NOARP = 0x40;

  /** State of {@code linux/neighbour.h}: set by somebody, never asked for. */
  public static final int NUD_PERMANENT = 0x80;

  /** Flag of {@code linux/neighbour.h}: this host answers for it. */
  public static final int NTF_PROXY = 0x08;

  /** An entry that stays until it is removed. */
  public static Neighbour permanent(Link link, InetAddress address, MacAddress mac) {
    return new Neighbour(link.index(), address, Optional.of(mac), NUD_PERMANENT, 0);
  }

  /** The family of the address. */
  public AddressFamily family() {
    return AddressFamily.of(address);
  }

  /** Address and link. */
  @Override
  public String toString() {
    return IpAddresses.format(address) + " dev " + linkIndex;
  }
}
