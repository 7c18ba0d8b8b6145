package io.kindnet.cni.podlink;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.LinkChange;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.wire.NetlinkException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The host's ends of pods that somebody gave another name, as udev does where a {@code .link} file
 * tells it to. They are known by their alias, and by the addresses of their other end.
 */
final class RenamedLinks {
  private final RouteSocket host;
  private final List<Link> candidates = new ArrayList<>();

  /**
   * @param links all of the host
   * @param pods at least all whose host's ends have the names that are remembered
   */
  RenamedLinks(RouteSocket host, Collection<Link> links, List<PodLinkSpec> pods) {
    this.host = host;
    Set<String> names = new HashSet<>();
    for (PodLinkSpec pod : pods) {
      names.add(pod.hostInterface());
    }
    for (Link link : links) {
      if (link.kind().equals(HostSide.KIND)
          && link.alias().startsWith(PodLinkSpec.ALIAS_PREFIX)
          && !names.contains(link.name())) {
        candidates.add(link);
      }
    }
  }

  /** Whether there are any; of which pods they are is not known yet. */
  boolean any() {
    return !candidates.isEmpty();
  }

  /** What happened to the interface of {@code pod}, which is not there under its name. */
  List<Damage> damages(PodLinkSpec pod) {
    List<Damage> damages = new ArrayList<>(1);
    for (Link link : of(pod)) {
      damages.add(
          new Damage(
              link.index(),
              "host interface " + pod.hostInterface() + " was renamed to " + link.name(),
              socket -> rename(socket, link, pod.hostInterface())));
    }
    return damages;
  }

  /** The host's ends of {@code pod}, one at most. */
  List<Link> of(PodLinkSpec pod) {
    List<Link> links = new ArrayList<>(1);
    for (Link link : candidates) {
      if (link.alias().equals(pod.alias()) && isOf(pod, link)) {
        links.add(link);
      }
    }
    return links;
  }

  private boolean isOf(PodLinkSpec pod, Link link) {
    if (link.peerNamespaceId().isEmpty()) {
      return false;
    }
    try {
      for (Address address : host.addresses().listIn(link.peerNamespaceId().getAsInt())) {
        for (Lease lease : pod.leases()) {
          if (address.linkIndex() == link.peerIndex()
              && address.address().equals(lease.address())) {
            return true;
          }
        }
      }
    } catch (KernelException gone) {
      // its namespace is going just now
    }
    return false;
  }

  /** What it loses where it has to be set down for that is restored as anything else. */
  private static void rename(RouteSocket host, Link link, String name) {
    try {
      host.links().change(link, LinkChange.nothing().name(name));
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.EBUSY) {
        throw refused;
      }
      host.links().change(link, LinkChange.nothing().down());
      host.links().change(link, LinkChange.nothing().name(name));
    }
  }
}
