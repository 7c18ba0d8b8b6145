package io.kindnet.cni.portmap;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Addresses of Services that are local to this node, since some programs put them on a link of
 * their own to have the packets delivered to this machine. The kernel cannot be asked for them in a
 * rule: {@code fib daddr oif} of nftables has no answer for a local address ({@code nft_fib4_eval}
 * in {@code net/ipv4/netfilter/nft_fib_ipv4.c}), and {@code fib daddr . iif type} only knows the
 * link by which a packet came.
 */
public final class ServiceAddresses {
  /**
   * The links: of kube-proxy in IPVS mode, of kube-router as a service proxy, and of NodeLocal
   * DNSCache, which answers on the address of the DNS Service.
   */
  private static final List<String> LINKS = List.of("kube-ipvs0", "kube-dummy-if", "nodelocaldns");

  private ServiceAddresses() {}

  /** Whether the addresses of {@code link} are such. */
  public static boolean areOn(Link link) {
    return LINKS.contains(link.name());
  }

  /** The links that have such addresses, of those that are there. */
  public static List<Link> links(RouteSocket socket) {
    List<Link> links = new ArrayList<>(1);
    for (String name : LINKS) {
      Optional<Link> link = socket.links().findByName(name);
      if (link.isPresent()) {
        links.add(link.get());
      }
    }
    return links;
  }

  /** The addresses as they are now, in the network namespace of the calling thread. */
  static List<InetAddress> read() {
    List<InetAddress> addresses = new ArrayList<>();
    try (RouteSocket socket = RouteSocket.open()) {
      for (Link link : links(socket)) {
        for (Address address : socket.addresses().list(link)) {
          if (!cameWithLink(address)) {
            addresses.add(address.address());
          }
        }
      }
    }
    return addresses;
  }

  private static boolean cameWithLink(Address address) {
    return address.family() == AddressFamily.IPV6 && address.address().isLinkLocalAddress();
  }
}
