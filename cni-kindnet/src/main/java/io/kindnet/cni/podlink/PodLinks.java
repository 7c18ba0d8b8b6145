package io.kindnet.cni.podlink;

import static io.kindnet.netlink.route.Address.IFA_F_NODAD;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.DescribedLink;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.LinkChange;
import io.kindnet.netlink.route.Links;
import io.kindnet.netlink.route.MacAddress;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.route.VethPair;
import io.kindnet.netlink.wire.NetlinkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Makes the interface of one pod. The steps are in the order in which the kernel needs them; what
 * it refuses is thrown as the unchecked exceptions of {@code netlink}.
 */
public final class PodLinks {
  private static final String LOOPBACK = "lo";
  private static final IpPrefix ALL_V4 = IpPrefix.parse("0.0.0.0/0");
  private static final IpPrefix ALL_V6 = IpPrefix.parse("::/0");

  /** A veth pair carries traffic within milliseconds; a machine that takes longer is stuck. */
  private static final Duration CARRIER_DEADLINE = Duration.ofSeconds(10);

  private static final Duration BRIDGE_TIMEOUT = Duration.ofSeconds(1);

  /** The kernel looks at links that it takes for less urgent once a second. */
  private static final Duration LINK_LOCAL_TIMEOUT = Duration.ofSeconds(2);

  private final HostNetwork host;
  private final PodNetwork pod;
  private final PodLinkSpec spec;
  private final StepListener steps;
  private final BeforeUp beforeUp;

  private PodLinks(
      HostNetwork host, PodNetwork pod, PodLinkSpec spec, StepListener steps, BeforeUp beforeUp) {
    this.host = host;
    this.pod = pod;
    this.spec = spec;
    this.steps = steps;
    this.beforeUp = beforeUp;
  }

  /** What has to be done before the pod can send and receive. */
  @FunctionalInterface
  public interface BeforeUp {
    /** Does it; both ends of the veth pair are down. */
    void run() throws CniException;
  }

  /**
   * Makes the interface that {@code spec} asks for. After an error, some of it may be there: {@link
   * HostNetwork#deleteLink} removes all but what pods share, the bridge with its addresses.
   *
   * @param steps is told what is done
   * @param beforeUp runs before the interface is set up
   */
  public static PodLink create(
      HostNetwork host, PodNetwork pod, PodLinkSpec spec, StepListener steps, BeforeUp beforeUp)
      throws CniException {
    PodLinks links = new PodLinks(host, pod, spec, steps, beforeUp);
    Wiring wiring = links.makeWiring();
    links.createPair();
    steps.reached(Step.PAIR_CREATED);
    return links.configure(wiring);
  }

  private Wiring makeWiring() throws CniException {
    if (spec.bridge().isEmpty()) {
      return new PointToPoint(host.socket());
    }
    BridgePort bridge = BridgePort.make(host.socket(), spec);
    steps.reached(Step.BRIDGE_READY);
    return bridge;
  }

  /**
   * From inside, so that both ends have their names from the first moment on; and with Ethernet
   * addresses, since udev replaces those that the kernel chose, at any time after.
   */
  private void createPair() throws CniException {
    Random random = new Random();
    VethPair pair =
        VethPair.of(spec.interfaceName(), spec.hostInterface())
            .withPeerIn(host.namespace())
            .withMtu(spec.mtu())
            .withMacs(MacAddress.random(random), MacAddress.random(random));
    try {
      pod.socket().links().create(pair);
    } catch (NetlinkException refused) {
      if (refused.errno() == Errno.EEXIST) {
        pod.requireFree(spec.interfaceName()); // it was free a moment ago
      }
      throw refused;
    }
  }

  private PodLink configure(Wiring wiring) throws CniException {
    DescribedLink madePodEnd = pod.socket().links().describe(spec.interfaceName());
    Link podEnd = madePodEnd.link();
    DescribedLink madeHostEnd = namedAsAgreed(host.socket().links().describe(podEnd.peerIndex()));
    Link hostEnd = madeHostEnd.link();
    Sysctl.announceAddress(hostEnd.name());
    SysctlReader asMade = SysctlReader.of(madeHostEnd);
    for (Lease lease : spec.leases()) {
      LinkSettings.apply(LinkSettings.beforeUp(hostEnd.name(), lease.family()), asMade);
      LinkSettings.apply(wiring.settings(hostEnd, lease.family()), asMade);
    }
    preparePod(SysctlReader.of(madePodEnd));
    if (spec.has(AddressFamily.IPV6)) {
      steps.reached(Step.IPV6_PREPARED);
    }
    host.socket().links().change(hostEnd, LinkChange.nothing().alias(spec.alias()));
    wiring.plug(hostEnd);
    steps.reached(Step.HOST_END_PLUGGED);
    beforeUp.run();
    host.socket().links().change(hostEnd, LinkChange.nothing().up());
    pod.socket().links().change(podEnd, LinkChange.nothing().up());
    pod.socket().links().change(pod.socket().links().byName(LOOPBACK), LinkChange.nothing().up());
    hostEnd = awaitCarrier(hostEnd);
    Optional<Link> bridge = wiring.bridge().map(this::awaitBridge);
    steps.reached(Step.LINK_UP);
    List<Route> defaultRoutes = new ArrayList<>();
    for (Lease lease : spec.leases()) {
      wiring.route(hostEnd, lease);
      steps.reached(Step.HOST_ROUTED);
      addAddress(podEnd, lease);
      steps.reached(Step.POD_ADDRESSED);
      Route defaultRoute = defaultRoute(podEnd, lease);
      if (addRoute(onLinkRoute(wiring, podEnd, lease)) && addRoute(defaultRoute)) {
        defaultRoutes.add(defaultRoute);
      }
      steps.reached(Step.POD_ROUTED);
    }
    if (bridge.isPresent()) {
      announce(pod.socket(), podEnd);
    }
    // what they have now, whatever was done to them meanwhile
    hostEnd = host.socket().links().byIndex(hostEnd.index());
    podEnd = awaitLinkLocal(pod.socket().links().byIndex(podEnd.index()));
    return new PodLink(bridge, hostEnd, podEnd, defaultRoutes);
  }

  /**
   * Tells all neighbours of {@code link} who has its IP addresses: another pod may have had them a
   * moment ago. The kernel does so when the Ethernet address is set, also to what it is.
   *
   * @see Sysctl#announceAddress
   */
  static void announce(RouteSocket socket, Link link) {
    if (link.mac().isPresent()) {
      socket.links().change(link, LinkChange.nothing().mac(link.mac().get()));
    }
  }

  /** On some hosts, udev gives each link another name, and may have been quicker. */
  private DescribedLink namedAsAgreed(DescribedLink hostEnd) {
    Link link = hostEnd.link();
    if (link.name().equals(spec.hostInterface())) {
      return hostEnd;
    }
    host.socket().links().change(link, LinkChange.nothing().name(spec.hostInterface()));
    return host.socket().links().describe(link.index());
  }

  /** The end that came up first passes packets only once the kernel has noticed the other one. */
  private Link awaitCarrier(Link end) {
    Link now = host.socket().links().byIndex(end.index());
    return now.isOperational() ? now : host.socket().links().awaitUp(end.index(), CARRIER_DEADLINE);
  }

  /**
   * A bridge passes packets once one of its ports does. One with spanning tree, which somebody else
   * made, listens for half a minute before: that is not waited for.
   */
  private Link awaitBridge(Link bridge) {
    Links links = host.socket().links();
    return awaitIfInTime(links, links.byIndex(bridge.index()), BRIDGE_TIMEOUT);
  }

  /**
   * The pod's end has its link-local address once the kernel takes it for up, though packets pass
   * before. Asking for the link brings that up to date on Linux 6.12; on 6.1 it may take a second
   * where both ends have the same index, which the kernel does not take for the ends of a pair
   * ({@code linkwatch_urgent_event} in {@code net/core/link_watch.c}).
   */
  private Link awaitLinkLocal(Link podEnd) {
    return spec.has(AddressFamily.IPV6)
        ? awaitIfInTime(pod.socket().links(), podEnd, LINK_LOCAL_TIMEOUT)
        : podEnd;
  }

  /** The link when it carries traffic, or as it was if that takes longer than {@code timeout}. */
  private static Link awaitIfInTime(Links links, Link now, Duration timeout) {
    try {
      return now.isOperational() ? now : links.awaitUp(now.index(), timeout);
    } catch (NetlinkException slow) {
      if (slow.errno() == Errno.ETIMEDOUT) {
        return now;
      }
      throw slow;
    }
  }

  private void preparePod(SysctlReader asMade) throws CniException {
    String name = spec.interfaceName();
    CniException refused =
        pod.namespace()
            .call(() -> {
              try {
                Sysctl.announceAddress(name);
                for (Lease lease : spec.leases()) {
                  LinkSettings.apply(LinkSettings.beforeUp(name, lease.family()), asMade);
                  LinkSettings.apply(LinkSettings.ofPod(name, lease.family()), asMade);
                }
                return null;
              } catch (CniException e) {
                return e;
              }
            });
    if (refused != null) {
      throw refused;
    }
  }

  private void addAddress(Link podEnd, Lease lease) {
    Address address = Address.host(podEnd, lease.address());
    boolean six = lease.family() == AddressFamily.IPV6;
    pod.socket().addresses().add(six ? address.withFlags(IFA_F_NODAD) : address);
  }

  private static Route onLinkRoute(Wiring wiring, Link podEnd, Lease lease) {
    Route route = Route.through(wiring.onLink(lease), podEnd);
    return lease.family() == AddressFamily.IPV4 ? route.withSource(lease.address()) : route;
  }

  private static Route defaultRoute(Link podEnd, Lease lease) {
    NextHop gateway = NextHop.via(lease.gateway(), podEnd.index());
    return lease.family() == AddressFamily.IPV4
        ? Route.via(ALL_V4, gateway).withSource(lease.address())
        : Route.via(ALL_V6, gateway);
  }

  /**
   * Adds a route to the pod. One that is there is of an earlier interface of the same pod, which
   * keeps it.
   *
   * @return whether it was added
   */
  private boolean addRoute(Route route) {
    try {
      pod.socket().routes().add(route.withProtocol(RouteConstants.RTPROT_BOOT));
      return true;
    } catch (NetlinkException refused) {
      if (refused.errno() == Errno.EEXIST) {
        return false;
      }
      throw refused;
    }
  }
}
