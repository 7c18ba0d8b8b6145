package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFilter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The sysctls that the pods of a host depend on, all of them together. Which pods there are, the
 * kernel tells: their interfaces, and the gateway addresses of these or of the bridge that they are
 * on. A host without pods depends on nothing.
 */
public final class PodSettings {
  private final HostNetwork host;
  private final List<Link> links;

  /** The families of the pods that send to each link, by its index. */
  private final Map<Integer, Set<AddressFamily>> carriers = new HashMap<>();

  /** Those of them that this plugin made, or plugged pods to. */
  private final Set<Integer> ownCarriers = new HashSet<>();

  private PodSettings(HostNetwork host) {
    this.host = host;
    this.links = host.socket().links().list();
  }

  /**
   * As the kernel shows them now.
   *
   * @param podCidrs where else pods have their addresses from, which another plugin connects: the
   *     links with such an address
   */
  public static PodSettings of(HostNetwork host, List<IpPrefix> podCidrs) {
    PodSettings settings = new PodSettings(host);
    for (Link link : settings.links) {
      if (HostNetwork.isOwn(link)) {
        int carrier = link.masterIndex() == 0 ? link.index() : link.masterIndex();
        settings.carriers.put(carrier, EnumSet.noneOf(AddressFamily.class));
        settings.ownCarriers.add(carrier);
      }
    }
    if (!settings.carriers.isEmpty() || !podCidrs.isEmpty()) {
      settings.findFamilies(podCidrs);
    }
    return settings;
  }

  private void findFamilies(List<IpPrefix> podCidrs) {
    for (Address address : host.socket().addresses().list()) {
      Set<AddressFamily> known = carriers.get(address.linkIndex());
      if (known != null && !address.address().isLinkLocalAddress()) {
        known.add(address.family());
      } else if (isInside(podCidrs, address)) {
        carriers
            .computeIfAbsent(address.linkIndex(), index -> EnumSet.noneOf(AddressFamily.class))
            .add(address.family());
      }
    }
  }

  private static boolean isInside(List<IpPrefix> cidrs, Address address) {
    for (IpPrefix cidr : cidrs) {
      if (cidr.family() == address.family() && cidr.contains(address.address())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a host forwards the packets of its pods, as a whole. Where it forwards all, nothing
   * else is looked at.
   *
   * @return what is off, each sysctl by its name and its value
   */
  public static List<String> forwardingProblems(HostNetwork host) {
    List<String> problems = new ArrayList<>();
    PodSettings settings = null;
    for (AddressFamily family : AddressFamily.values()) {
      List<String> off = host.forwardingProblems(family);
      if (!off.isEmpty()) {
        settings = settings == null ? of(host, List.of()) : settings;
        if (settings.families().contains(family)) {
          problems.addAll(off);
        }
      }
    }
    return problems;
  }

  /**
   * Whether the host of the calling thread forwards packets of {@code family}. Where it does not,
   * every link begins without, and has not been changed by anybody.
   */
  public static boolean isForwarding(AddressFamily family) {
    return Sysctl.read(Sysctl.of(family, Sysctl.ALL, "forwarding")).orElse("0").equals("1");
  }

  /**
   * Sets what is not as it has to be.
   *
   * @param peerProtocol the routing protocol number, {@code RTPROT_}, of the routes to the pods of
   *     other nodes: the links that these go through are uplinks, too; 0 for none
   * @param listening the links that listened to routers when this was last called
   * @return what was wrong, each sysctl by its name and the value that it had
   * @throws CniException naming what cannot be set, and why
   */
  public List<String> restore(int peerProtocol, ListeningLinks listening) throws CniException {
    List<String> restored = new ArrayList<>();
    for (AddressFamily family : families()) {
      restored.addAll(host.restoreForwarding(family));
    }
    if (families().contains(AddressFamily.IPV6)) {
      restored.addAll(listening.restore());
    }
    if (peerProtocol != 0 && families().contains(AddressFamily.IPV4)) {
      restored.addAll(restoreWaysToPeers(peerProtocol));
    }
    for (Link link : links) {
      for (AddressFamily family : carriers.getOrDefault(link.index(), Set.of())) {
        restored.addAll(LinkSettings.apply(settings(link, family)));
      }
    }
    return restored;
  }

  /**
   * Asks for the routes, of which there are as many as nodes, only if some link does not forward.
   */
  private List<String> restoreWaysToPeers(int protocol) throws CniException {
    Map<Integer, Setting> off = new HashMap<>();
    for (Link link : links) {
      Setting forwarding = Forwarding.ofLink(AddressFamily.IPV4, link.name());
      boolean uplink = !link.isLoopback() && !HostNetwork.isOwn(link);
      if (uplink && forwarding.problem().isPresent()) {
        off.put(link.index(), forwarding);
      }
    }
    List<String> restored = new ArrayList<>();
    if (!off.isEmpty()) {
      RouteFilter filter = RouteFilter.main().withFamily(AddressFamily.IPV4).withProtocol(protocol);
      for (Route route : host.socket().routes().list(filter)) {
        for (NextHop hop : route.nextHops()) {
          Setting forwarding = off.remove(hop.linkIndex());
          if (forwarding != null) {
            forwarding.apply().ifPresent(restored::add);
          }
        }
      }
    }
    return restored;
  }

  private List<Setting> settings(Link carrier, AddressFamily family) {
    return ownCarriers.contains(carrier.index())
        ? LinkSettings.ofHost(carrier.name(), family)
        : List.of(Forwarding.ofLink(family, carrier.name()));
  }

  /** What is wrong for pods and cannot be set here, a sentence each. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (families().contains(AddressFamily.IPV4)) {
      for (String obstacle : LinkSettings.arpObstacles(areOnBridges())) {
        warnings.add(obstacle + ", so that this node answers no ARP of pods");
      }
    }
    if (families().contains(AddressFamily.IPV6)) {
      int mtu = host.defaultMtu("");
      int least = PodMtu.atLeast(mtu, AddressFamily.IPV6);
      if (least != mtu) {
        warnings.add(
            "packets to the outside may have "
                + mtu
                + " bytes only, which is too small for IPv6: pods have an MTU of "
                + least
                + ", and reach outside with smaller packets of IPv4 alone");
      }
    }
    return warnings;
  }

  private boolean areOnBridges() {
    for (Link link : links) {
      if (HostNetwork.isOwn(link) && link.masterIndex() == 0) {
        return false;
      }
    }
    return true;
  }

  private Set<AddressFamily> families() {
    Set<AddressFamily> families = EnumSet.noneOf(AddressFamily.class);
    carriers.values().forEach(families::addAll);
    return families;
  }
}
