package io.kindnet.cni.podlink;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the interfaces of pods that this plugin made, for a database that has lost them. They
 * are known by the name and the alias of the host's end. The host's route to a pod tells its
 * address and its gateway; where pods are plugged to a bridge, so that there is none, the pod's own
 * end does, and the bridge.
 */
public final class PodLinkDiscovery {
  private final RouteSocket host;
  private final List<Link> links;
  private final List<Address> addresses;
  private final List<Route> routes;

  private PodLinkDiscovery(RouteSocket host) {
    this.host = host;
    this.links = host.links().list();
    this.addresses = host.addresses().list();
    this.routes = host.routes().list(RouteFilter.main().withProtocol(PointToPoint.RTPROT_KINDNET));
  }

  /** All pods with an interface on {@code host}. */
  public static List<FoundPod> of(HostNetwork host) {
    PodLinkDiscovery discovery = new PodLinkDiscovery(host.socket());
    List<FoundPod> pods = new ArrayList<>();
    for (Link link : discovery.links) {
      if (HostNetwork.isOwn(link)) {
        pods.add(discovery.describe(link));
      }
    }
    return pods;
  }

  private FoundPod describe(Link hostEnd) {
    Optional<Link> podEnd = podEnd(hostEnd);
    Link bridge = bridge(hostEnd);
    List<Lease> leases = new ArrayList<>(2);
    for (AddressFamily family : AddressFamily.values()) {
      Lease lease = routed(hostEnd, family);
      if (lease == null && podEnd.isPresent()) {
        lease = addressed(hostEnd, podEnd.get(), bridge == null ? hostEnd : bridge, family);
      }
      if (lease != null) {
        leases.add(lease);
      }
    }
    return new FoundPod(
        hostEnd.name(),
        hostEnd.alias().substring(PodLinkSpec.ALIAS_PREFIX.length()),
        podEnd.isPresent() ? podEnd.get().name() : "",
        hostEnd.mtu(),
        bridge == null ? "" : bridge.name(),
        leases);
  }

  private @Nullable Link bridge(Link hostEnd) {
    for (Link link : links) {
      if (link.index() == hostEnd.masterIndex()) {
        return link;
      }
    }
    return null;
  }

  /** The pod's end, whose namespace may be going just now. */
  private Optional<Link> podEnd(Link hostEnd) {
    if (hostEnd.peerNamespaceId().isEmpty()) {
      return Optional.empty();
    }
    try {
      return host.links().findByIndexIn(hostEnd.peerNamespaceId().getAsInt(), hostEnd.peerIndex());
    } catch (KernelException gone) {
      return Optional.empty();
    }
  }

  /** What the host's route to the pod tells; null without one. */
  private @Nullable Lease routed(Link hostEnd, AddressFamily family) {
    for (Route route : routes) {
      if (route.destination().family() == family
          && route.destination().length() == family.bits()
          && leadsTo(hostEnd, route)
          && route.source().isPresent()) {
        return Lease.remembered(route.destination().address(), route.source().get());
      }
    }
    return null;
  }

  private static boolean leadsTo(Link link, Route route) {
    for (NextHop hop : route.nextHops()) {
      if (hop.linkIndex() == link.index()) {
        return true;
      }
    }
    return false;
  }

  /** The pod's own address of {@code family}; null without one. */
  private @Nullable Lease addressed(Link hostEnd, Link podEnd, Link carrier, AddressFamily family) {
    List<Address> inPod;
    try {
      inPod = host.addresses().listIn(hostEnd.peerNamespaceId().orElseThrow());
    } catch (KernelException gone) {
      return null;
    }
    for (Address address : inPod) {
      if (address.linkIndex() == podEnd.index()
          && address.family() == family
          && !address.address().isLinkLocalAddress()) {
        return lease(address.address(), carrier);
      }
    }
    return null;
  }

  /** With the gateway of the smallest network around it; without one, it is remembered at least. */
  private Lease lease(InetAddress address, Link carrier) {
    Lease found = Lease.remembered(address, address);
    int length = -1;
    for (Address gateway : addresses) {
      IpPrefix network = gateway.network();
      if (gateway.linkIndex() == carrier.index()
          && gateway.family() == found.family()
          && network.length() > length
          && (network.contains(address) || network.length() == found.family().bits())) {
        found = Lease.remembered(address, gateway.address());
        length = network.length();
      }
    }
    return found;
  }
}
