package io.kindnet.cni.podlink;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the host has for its pods: links, addresses and routes, of which each is asked for once,
 * however many pods there are.
 */
final class HostState {
  private final RouteSocket host;
  private final Map<String, Link> links = new LinkedHashMap<>();
  private final Map<Integer, List<Address>> addresses = new HashMap<>();

  /** By the filter that they were asked with; only what somebody looked for. */
  private final Map<RouteFilter, Map<IpPrefix, List<Route>>> routes = new HashMap<>();

  private HostState(RouteSocket host, Collection<Link> links, Collection<Address> addresses) {
    this.host = host;
    for (Link link : links) {
      this.links.put(link.name(), link);
    }
    for (Address address : addresses) {
      this.addresses.computeIfAbsent(address.linkIndex(), index -> new ArrayList<>(2)).add(address);
    }
  }

  /** Everything. */
  static HostState read(RouteSocket host) {
    return new HostState(host, host.links().list(), host.addresses().list());
  }

  /** What is about {@code links}, which were just read. */
  static HostState around(RouteSocket host, List<Link> links) {
    List<Address> addresses = new ArrayList<>();
    for (Link link : links) {
      addresses.addAll(host.addresses().list(link));
    }
    return new HostState(host, links, addresses);
  }

  /** The names of all veth links: whatever is a pod's is among them. */
  List<String> vethNames() {
    List<String> names = new ArrayList<>();
    for (Link link : links.values()) {
      if (link.kind().equals(HostSide.KIND)) {
        names.add(link.name());
      }
    }
    return names;
  }

  /** All links, by name. */
  Map<String, Link> links() {
    return links;
  }

  /** The link {@code name}; empty if there is none. */
  Optional<Link> link(String name) {
    return Optional.ofNullable(links.get(name));
  }

  /** Whether {@code link} has {@code wanted}, and answers by it. */
  boolean hasAddress(Link link, InetAddress wanted) {
    for (Address address : addressesOf(link)) {
      if (address.address().equals(wanted) && isUsable(address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code link} has a link-local IPv6 address. */
  boolean hasLinkLocal(Link link) {
    for (Address address : addressesOf(link)) {
      if (address.family() == AddressFamily.IPV6 && address.address().isLinkLocalAddress()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the main table has a route to just {@code destination} through {@code link}.
   *
   * @param protocol who usually made it, {@code RTPROT_}: the others' are only asked for where that
   *     one's is not there
   */
  boolean hasRoute(IpPrefix destination, Link link, int protocol) {
    RouteFilter all = RouteFilter.main().withFamily(destination.family());
    return leads(routes(all.withProtocol(protocol)), destination, link)
        || leads(routes(all), destination, link);
  }

  private Map<IpPrefix, List<Route>> routes(RouteFilter filter) {
    Map<IpPrefix, List<Route>> known = routes.get(filter);
    if (known == null) {
      known = new HashMap<>();
      for (Route route : host.routes().list(filter)) {
        known.computeIfAbsent(route.destination(), prefix -> new ArrayList<>(1)).add(route);
      }
      routes.put(filter, known);
    }
    return known;
  }

  private static boolean leads(Map<IpPrefix, List<Route>> routes, IpPrefix destination, Link link) {
    for (Route route : routes.getOrDefault(destination, List.of())) {
      for (NextHop hop : route.nextHops()) {
        if (hop.linkIndex() == link.index() && route.type() == RouteConstants.RTN_UNICAST) {
          return true;
        }
      }
    }
    return false;
  }

  private List<Address> addressesOf(Link link) {
    return addresses.getOrDefault(link.index(), List.of());
  }

  private static boolean isUsable(Address address) {
    return !address.isTentative() && !address.isDuplicate();
  }
}
