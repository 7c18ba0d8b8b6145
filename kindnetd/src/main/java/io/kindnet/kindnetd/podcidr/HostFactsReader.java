package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteConstants;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what this machine reaches without pods: from the kernel, and from resolv.conf(5). */
final class HostFactsReader {
  private static final String NAME_SERVER = "nameserver";

  private final RouteSocket socket;
  private final PodMarks marks;
  private final Path resolverConfiguration;

  /**
   * @param resolverConfiguration such as {@code /etc/resolv.conf}; need not be there
   */
  HostFactsReader(RouteSocket socket, PodMarks marks, Path resolverConfiguration) {
    this.socket = socket;
    this.marks = marks;
    this.resolverConfiguration = resolverConfiguration;
  }

  /**
   * What was found.
   *
   * @param links the indices of the links that something of it is on
   */
  record Reading(HostFacts facts, Set<Integer> links) {}

  Reading read() {
    List<Route> routes = socket.routes().list(RouteFilter.main());
    List<Address> addresses = socket.addresses().list();
    // last, so that what is on a link that is not there any more can be told
    Map<Integer, LinkUse> uses = new HashMap<>();
    for (Link link : socket.links().list()) {
      uses.put(link.index(), LinkUse.of(link, marks));
    }
    Collection all = new Collection();
    for (Address address : addresses) {
      all.add(address, uses.getOrDefault(address.linkIndex(), LinkUse.PODS));
    }
    Set<InetAddress> pods = new HashSet<>();
    for (Route route : routes) {
      if (concerns(route, marks)) {
        all.add(route, uses, pods);
      }
    }
    // as where a pod routes for others
    all.gateways.removeAll(pods);
    return new Reading(
        new HostFacts(all.networks, all.gateways, all.addresses, nameServers()), all.links);
  }

  private static final class Collection {
    final Set<IpPrefix> networks = new HashSet<>();
    final Set<InetAddress> gateways = new HashSet<>();
    final Set<InetAddress> addresses = new HashSet<>();
    final Set<Integer> links = new HashSet<>();

    void add(Address address, LinkUse use) {
      if (concerns(address) && use.counts(address.family(), address.prefixLength())) {
        addresses.add(address.address());
        links.add(address.linkIndex());
      }
    }

    /**
     * @param pods gets the addresses that are pods', whoever wired them
     */
    void add(Route route, Map<Integer, LinkUse> uses, Set<InetAddress> pods) {
      IpPrefix destination = route.destination();
      for (NextHop hop : route.nextHops()) {
        LinkUse use = uses.getOrDefault(hop.linkIndex(), LinkUse.PODS);
        if (hop.gateway().isPresent()) {
          if (use != LinkUse.PODS) {
            gateways.add(hop.gateway().get());
            links.add(hop.linkIndex());
          }
        } else if (use.counts(destination)) {
          if (destination.length() > 0) {
            networks.add(destination);
          }
          links.add(hop.linkIndex());
        } else if (use == LinkUse.VIRTUAL) {
          pods.add(destination.address());
        }
      }
    }
  }

  /** Whether {@code route} may say something of what this machine reaches. */
  static boolean concerns(Route route, PodMarks marks) {
    InetAddress destination = route.destination().address();
    return route.table() == RouteConstants.RT_TABLE_MAIN
        && route.type() == RouteConstants.RTN_UNICAST
        && !marks.protocols().contains(route.protocol())
        && !destination.isLinkLocalAddress()
        && !destination.isMulticastAddress()
        && !destination.isLoopbackAddress();
  }

  /** Whether {@code address} is one by which others may know this machine. */
  static boolean concerns(Address address) {
    return !address.address().isLinkLocalAddress() && !address.address().isLoopbackAddress();
  }

  private Set<InetAddress> nameServers() {
    Set<InetAddress> servers = new HashSet<>();
    for (String line : resolverLines()) {
      String[] words = line.strip().split("\\s+", 3);
      if (words.length > 1 && words[0].equals(NAME_SERVER)) {
        try {
          InetAddress server = IpAddresses.parse(words[1]);
          if (!server.isLoopbackAddress()) {
            servers.add(server);
          }
        } catch (IllegalArgumentException notAnAddress) {
          // nor would a resolver ask it, unless it is link-local with a zone
        }
      }
    }
    return servers;
  }

  private List<String> resolverLines() {
    try {
      return Files.readAllLines(resolverConfiguration);
    } catch (IOException unreadable) {
      // a machine without it asks nobody but itself
      return List.of();
    }
  }
}
