package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.LinkChange;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.wire.NetlinkException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of the plugin's work: the network namespace of the thread that opened it. For
 * that thread alone.
 */
public final class HostNetwork implements AutoCloseable {
  /** What the names of the host's ends begin with; 8 hex digits follow. */
  public static final String LINK_PREFIX = "knet";

  /** The routing protocol number of the host's routes to pods: {@code k}. */
  public static final int ROUTE_PROTOCOL = PointToPoint.RTPROT_KINDNET;

  /** The index of {@code lo} in every network namespace, in {@code net/flow.h}. */
  private static final int LOOPBACK_IFINDEX = 1;

  private final NetworkNamespace namespace;
  private final RouteSocket socket;
  private final boolean owner;
  private @Nullable List<String> uplinks;
  private @Nullable Set<InetAddress> addressesInVrfs;

  private HostNetwork(NetworkNamespace namespace, RouteSocket socket, boolean owner) {
    this.namespace = namespace;
    this.socket = socket;
    this.owner = owner;
  }

  /** Opens the namespace of the calling thread. */
  public static HostNetwork open() {
    NetworkNamespace namespace = NetworkNamespace.current();
    try {
      return new HostNetwork(namespace, RouteSocket.open(), true);
    } catch (RuntimeException refused) {
      namespace.close();
      throw refused;
    }
  }

  /**
   * As {@link #open}, with the socket of {@code kept}, which stays open when this one is closed:
   * for calls that follow each other on one thread. What {@code kept} has found out is looked up
   * again.
   */
  public static HostNetwork sharing(HostNetwork kept) {
    return new HostNetwork(kept.namespace, kept.socket, false);
  }

  /**
   * Makes sure that pods can have addresses of {@code ranges}.
   *
   * @param bridge the one that pods are on; empty for none
   * @throws CniException {@link CniErrorCode#UNSUPPORTED_FIELD} naming the range of a family that
   *     the kernel does not speak, or not with pods, and what to change
   */
  public void requireFamiliesOf(List<IpPrefix> ranges, String bridge) throws CniException {
    for (IpPrefix range : ranges) {
      if (range.family() == AddressFamily.IPV6) {
        requireIpv6For(range);
      } else {
        requireArpFor(range, bridge);
      }
    }
  }

  private static void requireArpFor(IpPrefix range, String bridge) throws CniException {
    for (String obstacle : LinkSettings.arpObstacles(!bridge.isEmpty())) {
      throw unsupported(
          range, obstacle + ", so that this node answers no ARP of pods; set it to 0");
    }
  }

  private static void requireIpv6For(IpPrefix range) throws CniException {
    if (!Sysctl.hasIpv6()) {
      throw unsupported(
          range, "the kernel of this node has no IPv6; start it without ipv6.disable=1");
    }
    if (Sysctl.isIpv6Off(LINK_PREFIX)) {
      throw unsupported(
          range, "IPv6 is off on this node; set the sysctl net.ipv6.conf.all.disable_ipv6 to 0");
    }
  }

  private static CniException unsupported(IpPrefix range, String reason) {
    return new CniException(
        CniErrorCode.UNSUPPORTED_FIELD,
        "ranges '" + range + "': " + reason + ", or take the range out");
  }

  /**
   * Makes sure that the kernel lets this process do what every ADD needs, by asking for it in ways
   * that change nothing: entering a network namespace, this one, and changing a link, by nothing.
   *
   * @throws io.kindnet.netlink.libc.KernelException saying what the kernel refuses
   */
  public void requireRights() {
    namespace.requireEntry();
    socket.links().change(socket.links().byIndex(LOOPBACK_IFINDEX), LinkChange.nothing());
  }

  /** Lets the host forward packets of {@code family} from and to pods. */
  public void enableForwarding(AddressFamily family) throws CniException {
    restoreForwarding(family);
  }

  /** As {@link #enableForwarding}; returns the name of each sysctl that was off, and its value. */
  List<String> restoreForwarding(AddressFamily family) throws CniException {
    return LinkSettings.apply(Forwarding.ofHost(family, uplinks()));
  }

  /**
   * What of {@link #enableForwarding} is not so any more: the name of each sysctl and its value.
   */
  List<String> forwardingProblems(AddressFamily family) {
    return LinkSettings.problems(Forwarding.ofHost(family, uplinks()));
  }

  /**
   * The links of the best default route of IPv4, by which packets for pods come from outside. IPv6
   * does not ask them.
   */
  private List<String> uplinks() {
    if (uplinks == null) {
      uplinks = new ArrayList<>(1);
      Optional<Route> route = socket.routes().defaultRoute(AddressFamily.IPV4);
      for (NextHop hop : route.map(Route::nextHops).orElse(List.of())) {
        Optional<Link> link = socket.links().findByIndex(hop.linkIndex());
        if (link.isPresent() && !link.get().isLoopback()) {
          uplinks.add(link.get().name());
        }
      }
    }
    return uplinks;
  }

  /**
   * How large packets to the outside may be, in bytes.
   *
   * @param bridge the one that pods are on; empty for none
   * @see PodMtu#ofUplinks
   */
  public int defaultMtu(String bridge) {
    return PodMtu.ofUplinks(socket, bridge);
  }

  /**
   * What this node has {@code address} for, other than for a pod of this plugin's: it is the node's
   * own, also if its link is down or in a VRF, or a broadcast or anycast address of a link, or
   * inside a prefix that is local as a whole, or there is a route to just this address that
   * somebody else made, for another plugin's pod or the far end of a tunnel.
   *
   * @return the prefix of the route that says so; null if there is nothing
   */
  public @Nullable IpPrefix inUse(InetAddress address) {
    Optional<Route> match = socket.routes().match(address);
    if (match.isPresent() && isInUse(match.get())) {
      return match.get().destination();
    }
    boolean own =
        address instanceof Inet6Address six
            ? socket.addresses().find(six).isPresent()
            : addressesInVrfs().contains(address);
    return own ? IpPrefix.host(address) : null;
  }

  /** Those of IPv4 that may be in a VRF, to whose tables the look-up of a route does not come. */
  private Set<InetAddress> addressesInVrfs() {
    if (addressesInVrfs == null) {
      addressesInVrfs = new HashSet<>();
      // where the kernel knows no VRF, a list of these would be one of all links
      if (Sysctl.hasVrf() && !socket.links().list("vrf").isEmpty()) {
        for (Address address : socket.addresses().list()) {
          addressesInVrfs.add(address.address());
        }
      }
    }
    return addressesInVrfs;
  }

  private static boolean isInUse(Route route) {
    if (route.type() != RouteConstants.RTN_UNICAST) {
      return true;
    }
    // a route of this plugin's that a lost row has left is replaced
    return route.destination().length() == route.family().bits()
        && route.protocol() != ROUTE_PROTOCOL;
  }

  /** Whether there is a link of this name. */
  public boolean hasLink(String name) {
    return socket.links().findByName(name).isPresent();
  }

  /** A name for the host's end of a pod's veth pair that no link has. */
  public String newLinkName(Random random) {
    String name;
    do {
      name = LINK_PREFIX + HexFormat.of().toHexDigits(random.nextInt());
    } while (hasLink(name));
    return name;
  }

  /**
   * Removes a link, and with it the pod's end; one that is not there is no error. Does not wait for
   * the kernel to free what it was, which takes longer than all else of a DEL.
   *
   * @return whether there was one
   */
  public boolean deleteLink(String name) {
    try {
      socket.links().deleteWithoutWaiting(name);
      return true;
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENODEV) {
        throw refused;
      }
      return false;
    }
  }

  /**
   * As {@link #deleteLink}, where somebody has given the host's end of {@code pod} another name.
   */
  public void deleteRenamedLink(PodLinkSpec pod) {
    RenamedLinks renamed = new RenamedLinks(socket, socket.links().list(), List.of(pod));
    for (Link link : renamed.of(pod)) {
      deleteLink(link.name());
    }
  }

  /**
   * Forgets where the pod was that had {@code addresses}: the next one is somewhere else.
   *
   * @param bridge the bridge that it was plugged to; empty for none, or one that is gone
   */
  public void forgetNeighbours(String bridge, List<InetAddress> addresses) {
    Optional<Link> link = bridge.isEmpty() ? Optional.empty() : socket.links().findByName(bridge);
    if (link.isPresent()) {
      for (InetAddress address : addresses) {
        socket.neighbours().forget(link.get(), address);
      }
    }
  }

  /**
   * The host's end of an interface of a pod, if this plugin made it; whether it did, tell the name
   * and the alias of the host's end.
   */
  public Optional<Link> ownEndOf(PodNetwork pod, String interfaceName) {
    Optional<Link> inside = pod.socket().links().findByName(interfaceName);
    if (inside.isEmpty() || !inside.get().kind().equals("veth")) {
      return Optional.empty();
    }
    Optional<Link> end = socket.links().findByIndex(inside.get().peerIndex());
    // the index is of the pair's other namespace, which need not be this one
    if (end.isPresent() && end.get().peerIndex() == inside.get().index() && isOwn(end.get())) {
      return end;
    }
    return Optional.empty();
  }

  /**
   * Lets the rules of the host see what the pods of {@code bridge} send each other, where the
   * kernel can; nothing is done for an empty name, and for a bridge that is not there.
   */
  public void filterBridged(String bridge) {
    Optional<Link> link = bridge.isEmpty() ? Optional.empty() : socket.links().findByName(bridge);
    if (link.isPresent() && !socket.links().filtersBridged(link.get())) {
      socket.links().filterBridged(link.get(), true);
    }
  }

  /** What pods need here. */
  public HostSides sides() {
    return new HostSides(socket);
  }

  /** Whether this plugin made {@code hostEnd}. */
  public static boolean isOwn(Link hostEnd) {
    return hostEnd.name().startsWith(LINK_PREFIX)
        && hostEnd.alias().startsWith(PodLinkSpec.ALIAS_PREFIX);
  }

  NetworkNamespace namespace() {
    return namespace;
  }

  RouteSocket socket() {
    return socket;
  }

  @Override
  public void close() {
    if (owner) {
      try (namespace) {
        socket.close();
      }
    }
  }
}
