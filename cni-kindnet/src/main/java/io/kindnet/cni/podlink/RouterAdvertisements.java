package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;

/**
 * Keeps what a node has from the router advertisements of IPv6 when it becomes a router itself.
 *
 * <p>With {@code accept_ra} 1, the usual value, a link listens to them as long as its own {@code
 * forwarding} is 0. Writing a 1 to any link's {@code forwarding}, or to that of {@code all}, makes
 * the kernel remove the default routes that came from advertisements on every link but those with
 * {@code accept_ra} 2 ({@code rt6_purge_dflt_routers} of {@code net/ipv6/route.c}); addresses and
 * other routes that came from them are no longer renewed. {@code accept_ra} of {@code all} has no
 * effect, that of {@code default} is what later links begin with.
 */
final class RouterAdvertisements {
  static final String LISTEN_UNLESS_ROUTER = "1";
  static final String LISTEN = "2";
  private static final String LOOPBACK = "lo";

  private RouterAdvertisements() {}

  /** Has links that listen now go on with it. To be done before forwarding is switched on. */
  static void keepForLinks() throws CniException {
    for (String link : Sysctl.links(AddressFamily.IPV6)) {
      if (!link.startsWith(HostNetwork.LINK_PREFIX) && !link.equals(LOOPBACK)) {
        keep(link);
      }
    }
  }

  /** As {@link #keepForLinks}, also for links that are made later. */
  static void keepForAll() throws CniException {
    keepForLinks();
    keep(Sysctl.DEFAULT);
  }

  private static void keep(String link) throws CniException {
    String acceptRa = Sysctl.of(AddressFamily.IPV6, link, "accept_ra");
    boolean listens =
        is(acceptRa, LISTEN_UNLESS_ROUTER)
            && is(Sysctl.of(AddressFamily.IPV6, link, "forwarding"), "0");
    if (listens) {
      Sysctl.write(acceptRa, LISTEN);
    }
  }

  private static boolean is(String name, String value) {
    return Sysctl.read(name).filter(value::equals).isPresent();
  }
}
