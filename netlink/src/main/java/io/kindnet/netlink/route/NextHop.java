package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Where a route sends its packets.
 *
 * @param gateway the router; empty if the destination is on the link itself. It may be of the other
 *     family than the route
 * @param linkIndex the link to send through; 0 in a request lets the kernel find it by the gateway
 * @param weight its share among the next hops of one route, 1 to 256
 * @param flags {@code RTNH_F_}, see the constants here
 */
public record NextHop(Optional<InetAddress> gateway, int linkIndex, int weight, int flags) {
  /** Flag of {@code linux/rtnetlink.h}: not usable, the link is down. */
  public static final int RTNH_F_DEAD = 1;

  /** Flag of {@code linux/rtnetlink.h}: the gateway is on the link, though no route says so. */
  public static final int RTNH_F_ONLINK = 4;

  /** Flag of {@code linux/rtnetlink.h}: the link has no carrier. */
  public static final int RTNH_F_LINKDOWN = 16;

  private static final int MAX_WEIGHT = 256;

  /** Refuses a weight that the kernel cannot express. */
  public NextHop {
    if (weight < 1 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException("weight " + weight + " is not between 1 and 256");
    }
  }

  /** A gateway that some link reaches directly. */
  public static NextHop via(InetAddress gateway) {
    return new NextHop(Optional.of(gateway), 0, 1, 0);
  }

  /** A gateway that the link with {@code linkIndex} reaches directly. */
  public static NextHop via(InetAddress gateway, int linkIndex) {
    return new NextHop(Optional.of(gateway), linkIndex, 1, 0);
  }

  /** The link itself, without a gateway. */
  public static NextHop through(int linkIndex) {
    return new NextHop(Optional.empty(), linkIndex, 1, 0);
  }

  /** The same with the flag {@link #RTNH_F_ONLINK}. */
  public NextHop onlink() {
    return new NextHop(gateway, linkIndex, weight, flags | RTNH_F_ONLINK);
  }

  /** The same with another weight. */
  public NextHop withWeight(int other) {
    return new NextHop(gateway, linkIndex, other, flags);
  }

  /** The same without the flags that the kernel keeps: what was asked for when it was made. */
  public NextHop configuration() {
    int kept = flags & RTNH_F_ONLINK;
    return kept == flags ? this : new NextHop(gateway, linkIndex, weight, kept);
  }

  /** Whether the kernel would send through it now. */
  public boolean isAlive() {
    return (flags & RTNH_F_DEAD) == 0;
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof NextHop hop
        && linkIndex == hop.linkIndex
        && weight == hop.weight
        && flags == hop.flags
        && gateway.equals(hop.gateway);
  }

  @Override
  public int hashCode() {
    return 31 * gateway.hashCode() + linkIndex;
  }

  /** {@code via 10.0.0.1 dev 3 weight 2 onlink}, each part where it says something. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (gateway.isPresent()) {
      text.append(" via ").append(IpAddresses.format(gateway.get()));
    }
    if (linkIndex != 0) {
      text.append(" dev ").append(linkIndex);
    }
    if (weight != 1) {
      text.append(" weight ").append(weight);
    }
    if ((flags & RTNH_F_ONLINK) != 0) {
      text.append(" onlink");
    }
    return text.isEmpty() ? "" : text.substring(1);
  }
}
