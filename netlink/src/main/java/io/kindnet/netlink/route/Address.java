package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.Optional;

/**
 * An address of a link.
 *
 * @param linkIndex the link that has it
 * @param address the address itself, all of its bits
 * @param prefixLength how many of its bits are the network's
 * @param scope {@code RT_SCOPE_}, see {@link RouteConstants}: {@code UNIVERSE}, {@code LINK} or
 *     {@code HOST}. The kernel derives that of an IPv6 address itself
 * @param flags {@code IFA_F_}, see the constants here
 * @param peer the address at the other end of a point-to-point link
 */
public record Address(
    int linkIndex,
    InetAddress address,
    int prefixLength,
    int scope,
    int flags,
    Optional<InetAddress> peer) {
  /** Flag of {@code linux/if_addr.h}: another address of the same network came first (IPv4). */
  public static final int IFA_F_SECONDARY = 0x01;

  /** Flag of {@code linux/if_addr.h}: do without duplicate address detection (IPv6). */
  public static final int IFA_F_NODAD = 0x02;

  /** Flag of {@code linux/if_addr.h}: duplicate address detection found another owner. */
  public static final int IFA_F_DADFAILED = 0x08;

  /** Flag of {@code linux/if_addr.h}: no longer to be used for new connections. */
  public static final int IFA_F_DEPRECATED = 0x20;

  /** Flag of {@code linux/if_addr.h}: duplicate address detection is not through. */
  public static final int IFA_F_TENTATIVE = 0x40;

  /** Flag of {@code linux/if_addr.h}: it has no lifetime. */
  public static final int IFA_F_PERMANENT = 0x80;

  /** Flag of {@code linux/if_addr.h}: the kernel makes no route to the network. */
  public static final int IFA_F_NOPREFIXROUTE = 0x200;

  /** An address with its network, such as 10.0.0.1 in /24. */
  public static Address of(Link link, InetAddress address, int prefixLength) {
    return new Address(
        link.index(), address, prefixLength, RouteConstants.RT_SCOPE_UNIVERSE, 0, Optional.empty());
  }

  /** An address without a network: {@code /32} or {@code /128}. */
  public static Address host(Link link, InetAddress address) {
    return of(link, address, AddressFamily.of(address).bits());
  }

  /** The same with flags to be set in addition. */
  public Address withFlags(int more) {
    return new Address(linkIndex, address, prefixLength, scope, flags | more, peer);
  }

  /** The same with another scope, {@code RT_SCOPE_}. */
  public Address withScope(int other) {
    return new Address(linkIndex, address, prefixLength, other, flags, peer);
  }

  /** The family of the address. */
  public AddressFamily family() {
    return AddressFamily.of(address);
  }

  /** The network that it is in. */
  public IpPrefix network() {
    return new IpPrefix(address, prefixLength);
  }

  /** Whether it cannot be used yet: duplicate address detection is not through. */
  public boolean isTentative() {
    return (flags & IFA_F_TENTATIVE) != 0;
  }

  /** Whether it cannot be used at all: another host on the link has it. */
  public boolean isDuplicate() {
    return (flags & IFA_F_DADFAILED) != 0;
  }

  /** {@code ADDRESS/LENGTH}. */
  @Override
  public String toString() {
    return IpAddresses.format(address) + "/" + prefixLength;
  }
}
