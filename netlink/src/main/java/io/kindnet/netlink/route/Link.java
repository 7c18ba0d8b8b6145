package io.kindnet.netlink.route;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network interface as the kernel describes it.
 *
 * @param index its number in its namespace, from 1
 * @param name its name in its namespace
 * @param kind {@code IFLA_INFO_KIND}, such as {@code veth} or {@code bridge}; empty for a device
 *     that nobody made by netlink, such as {@code lo} or a network card
 * @param mac the Ethernet address; empty where the link has none, or one of another length
 * @param mtu the largest packet, in bytes
 * @param flags {@code IFF_}, see the constants here
 * @param operationalState whether it carries traffic, and if not, why
 * @param alias free text, {@code IFLA_IFALIAS}; empty for none
 * @param masterIndex the bridge that it is a port of; 0 for none
 * @param peerIndex {@code IFLA_LINK}: the other end of a veth, or what the link stands on; 0 for
 *     none
 * @param peerNamespaceId the kernel's number for the namespace that {@code peerIndex} belongs to;
 *     empty if it is this one
 * @param hairpin whether a bridge's port may send a packet back where it came from; false where it
 *     is no such port
 */
public record Link(
    int index,
    String name,
    String kind,
    Optional<MacAddress> mac,
    int mtu,
    int flags,
    OperationalState operationalState,
    String alias,
    int masterIndex,
    int peerIndex,
    OptionalInt peerNamespaceId,
    boolean hairpin) {
  /** Flag of {@code linux/if.h}: nobody is asked for the MAC address of an IP address. */
  public static final int IFF_NOARP = 1 << 7;

  /** Flag of {@code linux/if.h}: it takes packets to groups. */
  public static final int IFF_MULTICAST = 1 << 12;

  /** Flag of {@code linux/if.h}: an administrator set it up. */
  public static final int IFF_UP = 1;

  /** Flag of {@code linux/if.h}: it is a loopback. */
  public static final int IFF_LOOPBACK = 1 << 3;

  /** Flag of {@code linux/if.h}: its operational state is up or unknown. */
  public static final int IFF_RUNNING = 1 << 6;

  /** Flag of {@code linux/if.h}: the driver has a carrier. */
  public static final int IFF_LOWER_UP = 1 << 16;

  /** The longest name, in bytes: {@code IFNAMSIZ} of {@code linux/if.h} without the NUL. */
  public static final int MAX_NAME_BYTES = 15;

  /** The longest alias, in bytes of UTF-8: {@code IFALIASZ} of {@code linux/if.h} less one. */
  public static final int MAX_ALIAS_BYTES = 255;

  /** The same with another hairpin mode. */
  public Link withHairpin(boolean other) {
    return new Link(
        index,
        name,
        kind,
        mac,
        mtu,
        flags,
        operationalState,
        alias,
        masterIndex,
        peerIndex,
        peerNamespaceId,
        other);
  }

  /** Whether an administrator set it up; it need not carry traffic for that. */
  public boolean isUp() {
    return (flags & IFF_UP) != 0;
  }

  /**
   * Whether it carries traffic: set up, and its operational state is up, or unknown with carrier.
   */
  public boolean isOperational() {
    return isUp()
        && (operationalState == OperationalState.UP
            || (operationalState == OperationalState.UNKNOWN && (flags & IFF_LOWER_UP) != 0));
  }

  /** Whether neighbours on it can be found: by ARP, and by the groups of neighbour discovery. */
  public boolean findsNeighbours() {
    return (flags & (IFF_NOARP | IFF_MULTICAST)) == IFF_MULTICAST;
  }

  /** Whether it is a loopback. */
  public boolean isLoopback() {
    return (flags & IFF_LOOPBACK) != 0;
  }
}
