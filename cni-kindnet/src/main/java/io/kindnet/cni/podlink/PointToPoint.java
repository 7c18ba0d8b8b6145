package io.kindnet.cni.podlink;

import static io.kindnet.netlink.route.Address.IFA_F_NODAD;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A veth pair of its own for each pod: every host's end carries the gateway address, and the host
 * has a route to each pod.
 */
final class PointToPoint implements Wiring {
  /**
   * The protocol number of the routes that kindnet makes: {@code k}, not assigned to anyone in
   * {@code linux/rtnetlink.h}. Those to pods have no gateway, unlike those to other nodes.
   */
  static final int RTPROT_KINDNET = 'k';

  private final RouteSocket host;

  PointToPoint(RouteSocket host) {
    this.host = host;
  }

  @Override
  public void plug(Link hostEnd) {}

  @Override
  public void route(Link hostEnd, Lease lease) {
    Address gateway = Address.host(hostEnd, lease.gateway());
    host.addresses()
        .add(lease.family() == AddressFamily.IPV6 ? gateway.withFlags(IFA_F_NODAD) : gateway);
    // a route that something else left behind leads nowhere: the database says whose address it is
    host.routes()
        .replace(
            Route.through(IpPrefix.host(lease.address()), hostEnd)
                .withSource(lease.gateway())
                .withProtocol(RTPROT_KINDNET));
  }

  @Override
  public IpPrefix onLink(Lease lease) {
    return IpPrefix.host(lease.gateway());
  }

  @Override
  public Optional<Link> bridge() {
    return Optional.empty();
  }

  @Override
  public List<String> problems(Link hostEnd, List<Lease> leases) {
    List<String> problems = new ArrayList<>();
    for (Lease lease : leases) {
      if (!PodLinkCheck.hasAddress(host, hostEnd, lease.gateway())) {
        problems.add(
            "host interface "
                + hostEnd.name()
                + " has lost the gateway address "
                + IpAddresses.format(lease.gateway()));
      }
      if (!hasRoute(hostEnd, IpPrefix.host(lease.address()))) {
        problems.add(
            "the host has no route to "
                + IpAddresses.format(lease.address())
                + " through "
                + hostEnd.name());
      }
    }
    return problems;
  }

  private boolean hasRoute(Link hostEnd, IpPrefix destination) {
    RouteFilter filter = RouteFilter.main().withFamily(destination.family()).withLink(hostEnd);
    for (Route route : host.routes().list(filter)) {
      if (route.destination().equals(destination)) {
        return true;
      }
    }
    return false;
  }
}
