package io.kindnet.cni.podlink;

import static io.kindnet.netlink.route.Address.IFA_F_NODAD;
import static io.kindnet.netlink.route.RouteConstants.RT_SCOPE_LINK;

import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.MacAddress;
import io.kindnet.netlink.route.RouteSocket;
import java.util.List;
import java.util.Optional;

/**
 * The link-local IPv6 address of a link of the host, from which it asks for the pods behind it
 * where it forwards a packet to one: without it, no pod is found ({@code ndisc_send_ns} in {@code
 * net/ipv6/ndisc.c}). The kernel makes one when the link comes up, and only then.
 */
final class LinkLocal {
  private static final int LENGTH = 64;

  private LinkLocal() {}

  /**
   * Adds to {@code damages} that {@code link} has none. One without a carrier has none yet: a
   * bridge without ports, for one.
   */
  static void addDamage(List<Damage> damages, HostState state, Link link, String name) {
    Optional<MacAddress> mac = link.mac();
    if (mac.isPresent() && link.isOperational() && !state.hasLinkLocal(link)) {
      damages.add(
          new Damage(
              link.index(),
              name + " has lost its link-local address",
              socket -> add(socket, link, mac.get())));
    }
  }

  private static void add(RouteSocket host, Link link, MacAddress mac) {
    host.addresses()
        .replace(
            Address.of(link, mac.linkLocal(), LENGTH)
                .withScope(RT_SCOPE_LINK)
                .withFlags(IFA_F_NODAD));
  }
}
