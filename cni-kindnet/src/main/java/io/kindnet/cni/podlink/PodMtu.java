package io.kindnet.cni.podlink;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.RouteSocket;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The MTU of a pod's interface: what the way to the outside takes, within what the kernel takes for
 * a veth pair and what the pod's families need.
 */
public final class PodMtu {
  /** The smallest MTU of a link with IPv6: {@code IPV6_MIN_MTU} of {@code net/ipv6.h}. */
  public static final int IPV6_MIN_MTU = 1280;

  /** The MTU of Ethernet, in {@code linux/if_ether.h}. */
  private static final int ETH_DATA_LEN = 1500;

  /** The smallest one of a veth pair: {@code ETH_MIN_MTU} of {@code linux/if_ether.h}. */
  private static final int ETH_MIN_MTU = 68;

  /** The largest one of a veth pair: {@code ETH_MAX_MTU} of {@code linux/if_ether.h}. */
  private static final int ETH_MAX_MTU = 65_535;

  private PodMtu() {}

  /**
   * How large packets to the outside may be: as the best default routes say; without one, as large
   * as all uplinks take, which are the links with a network of their own; that of Ethernet without
   * any.
   *
   * @param bridge one that is no uplink, since pods are on it; may be empty
   * @return in bytes, within what a veth pair can have
   */
  public static int ofUplinks(RouteSocket host, String bridge) {
    OptionalInt mtu = host.defaultMtu();
    int outside = mtu.isPresent() ? mtu.getAsInt() : withoutDefaultRoute(host, bridge);
    return Math.max(ETH_MIN_MTU, Math.min(ETH_MAX_MTU, outside));
  }

  /** What {@code mtu} becomes for pods with addresses of {@code family}. */
  public static int atLeast(int mtu, AddressFamily family) {
    return family == AddressFamily.IPV6 ? Math.max(mtu, IPV6_MIN_MTU) : mtu;
  }

  private static int withoutDefaultRoute(RouteSocket host, String bridge) {
    List<Link> links = host.links().list();
    Set<Integer> ofPods = new HashSet<>();
    for (Link link : links) {
      if (HostNetwork.isOwn(link)) {
        ofPods.add(link.index());
        ofPods.add(link.masterIndex());
      } else if (link.name().equals(bridge)) {
        ofPods.add(link.index());
      }
    }
    Set<Integer> withNetwork = new HashSet<>();
    for (Address address : host.addresses().list()) {
      // one of its full length is a gateway of pods, or a service's
      boolean network = address.network().length() < address.family().bits();
      if (network && !address.address().isLinkLocalAddress()) {
        withNetwork.add(address.linkIndex());
      }
    }
    int smallest = Integer.MAX_VALUE;
    int smallestOfAny = Integer.MAX_VALUE;
    for (Link link : links) {
      if (link.isOperational() && !link.isLoopback() && !ofPods.contains(link.index())) {
        smallestOfAny = Math.min(smallestOfAny, link.mtu());
        if (withNetwork.contains(link.index())) {
          smallest = Math.min(smallest, link.mtu());
        }
      }
    }
    int uplink = smallest == Integer.MAX_VALUE ? smallestOfAny : smallest;
    return uplink == Integer.MAX_VALUE ? ETH_DATA_LEN : uplink;
  }
}
