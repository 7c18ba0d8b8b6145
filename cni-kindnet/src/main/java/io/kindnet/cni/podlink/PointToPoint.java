package io.kindnet.cni.podlink;

import static io.kindnet.netlink.route.Address.IFA_F_NODAD;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.LinkChange;
import io.kindnet.netlink.route.Route;
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
  public List<Setting> settings(Link hostEnd, AddressFamily family) {
    return LinkSettings.ofHost(hostEnd.name(), family);
  }

  @Override
  public void plug(Link hostEnd) {}

  @Override
  public void route(Link hostEnd, Lease lease) {
    addGateway(host, hostEnd, lease);
    addRoute(host, hostEnd, lease);
  }

  private static void addGateway(RouteSocket host, Link hostEnd, Lease lease) {
    Address gateway = Address.host(hostEnd, lease.gateway());
    // replace: who restores what others removed may have been here already
    host.addresses()
        .replace(lease.family() == AddressFamily.IPV6 ? gateway.withFlags(IFA_F_NODAD) : gateway);
  }

  /** Something else's is replaced: the database says whose address it is. */
  private static void addRoute(RouteSocket host, Link hostEnd, Lease lease) {
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
  public List<Damage> damages(HostState state, Link hostEnd, List<Lease> leases) {
    String name = "host interface " + hostEnd.name();
    List<Damage> damages = new ArrayList<>();
    if (hostEnd.masterIndex() != 0) {
      damages.add(
          new Damage(
              hostEnd.index(),
              name + " is a port of another link",
              socket -> socket.links().change(hostEnd, LinkChange.nothing().noMaster())));
    }
    for (Lease lease : leases) {
      boolean six = lease.family() == AddressFamily.IPV6;
      if (!state.hasAddress(hostEnd, lease.gateway())) {
        damages.add(
            new Damage(
                hostEnd.index(),
                name + " has lost the gateway address " + IpAddresses.format(lease.gateway()),
                socket -> {
                  if (six && hostEnd.isUp()) { // who sets it up prepares it
                    LinkSettings.prepare(hostEnd.name(), AddressFamily.IPV6);
                  }
                  addGateway(socket, hostEnd, lease);
                }));
      }
      if (six) {
        LinkLocal.addDamage(damages, state, hostEnd, name);
      }
      if (!state.hasRoute(IpPrefix.host(lease.address()), hostEnd, RTPROT_KINDNET)) {
        damages.add(
            new Damage(
                hostEnd.index(),
                "the host has no route to "
                    + IpAddresses.format(lease.address())
                    + " through "
                    + hostEnd.name(),
                socket -> addRoute(socket, hostEnd, lease)));
      }
    }
    return damages;
  }
}
