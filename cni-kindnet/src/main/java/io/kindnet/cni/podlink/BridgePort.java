package io.kindnet.cni.podlink;

import static io.kindnet.netlink.route.Address.IFA_F_NODAD;
import static io.kindnet.netlink.route.RouteConstants.RTPROT_KERNEL;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.LinkChange;
import io.kindnet.netlink.route.MacAddress;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.wire.NetlinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * All pods on one bridge, which carries the gateway addresses. Pods of one range reach each other
 * without the host's routing. The bridge stays when the last pod goes.
 */
final class BridgePort implements Wiring {
  static final String KIND = "bridge";

  /** {@code IP6_RT_PRIO_ADDRCONF} of {@code linux/ipv6_route.h}. */
  private static final int PREFIX_ROUTE_METRIC = 256;

  private final RouteSocket host;
  private final Link bridge;

  /**
   * @param bridge as it is, of kind {@link #KIND}
   */
  BridgePort(RouteSocket host, Link bridge) {
    this.host = host;
    this.bridge = bridge;
  }

  /** Makes the bridge where it is missing. */
  static BridgePort make(RouteSocket host, PodLinkSpec spec) throws CniException {
    Optional<Link> found = host.links().findByName(spec.bridge());
    Link bridge = found.isPresent() ? found.get() : create(host, spec.bridge());
    if (!bridge.kind().equals(KIND)) {
      throw new CniException(
          CniErrorCode.INVALID_NETWORK_CONFIG,
          "bridge '" + bridge.name() + "': there is a link of this name that is no bridge");
    }
    SysctlReader now = SysctlReader.of(host.links().describe(bridge.index()));
    for (Lease lease : spec.leases()) {
      LinkSettings.prepare(bridge.name(), lease.family(), now);
    }
    Sysctl.announceAddress(bridge.name());
    if (!bridge.isUp()) {
      host.links().change(bridge, LinkChange.nothing().up());
    }
    return new BridgePort(host, bridge);
  }

  private static Link create(RouteSocket host, String name) {
    try {
      host.links().createBridge(name, MacAddress.random(new Random()));
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.EEXIST) { // another call was faster
        throw refused;
      }
    }
    return host.links().byName(name);
  }

  @Override
  public List<Setting> settings(Link hostEnd, AddressFamily family) {
    return LinkSettings.ofPort(hostEnd.name(), family);
  }

  @Override
  public void plug(Link hostEnd) {
    plug(host, hostEnd);
  }

  private void plug(RouteSocket socket, Link hostEnd) {
    socket.links().change(hostEnd, LinkChange.nothing().master(bridge));
    socket.links().setHairpin(hostEnd, true);
  }

  @Override
  public void route(Link hostEnd, Lease lease) {
    addGateway(host, bridge, lease);
    host.neighbours().forget(bridge, lease.address()); // of an earlier pod
  }

  private static void addGateway(RouteSocket host, Link bridge, Lease lease) {
    Address gateway = Address.of(bridge, lease.gateway(), lease.range().length());
    host.addresses()
        .replace(lease.family() == AddressFamily.IPV6 ? gateway.withFlags(IFA_F_NODAD) : gateway);
  }

  @Override
  public IpPrefix onLink(Lease lease) {
    return lease.range();
  }

  @Override
  public Optional<Link> bridge() {
    return Optional.of(bridge);
  }

  @Override
  public List<Damage> damages(HostState state, Link hostEnd, List<Lease> leases) {
    List<Damage> damages = new ArrayList<>();
    String name = "bridge " + bridge.name();
    if (!bridge.isUp()) {
      damages.add(new Damage(bridge.index(), name + " is down", socket -> setUp(socket, leases)));
    }
    HostSide.addFlagsDamage(damages, bridge, name);
    addPortDamages(damages, hostEnd);
    for (Lease lease : leases) {
      boolean six = lease.family() == AddressFamily.IPV6;
      if (!state.hasAddress(bridge, lease.gateway())) {
        damages.add(
            new Damage(
                bridge.index(),
                name + " has lost the gateway address " + IpAddresses.format(lease.gateway()),
                socket -> {
                  if (six) {
                    LinkSettings.prepare(bridge.name(), AddressFamily.IPV6);
                  }
                  requireRange(lease);
                  addGateway(socket, bridge, lease);
                }));
      }
      if (six) {
        LinkLocal.addDamage(damages, state, bridge, name);
      }
      if (isKnown(lease.range()) && !state.hasRoute(lease.range(), bridge, RTPROT_KERNEL)) {
        damages.add(
            new Damage(
                bridge.index(),
                "the host has no route to " + lease.range() + " through " + bridge.name(),
                socket -> addRoute(socket, lease)));
      }
    }
    return damages;
  }

  private void addPortDamages(List<Damage> damages, Link hostEnd) {
    String name = "host interface " + hostEnd.name();
    if (hostEnd.masterIndex() != bridge.index()) {
      damages.add(
          new Damage(
              hostEnd.index(),
              name + " is no longer a port of bridge " + bridge.name(),
              socket -> plug(socket, hostEnd),
              bridge));
    } else if (!hostEnd.hairpin()) {
      damages.add(
          new Damage(
              hostEnd.index(),
              name + " has lost its hairpin mode",
              socket -> socket.links().setHairpin(hostEnd, true)));
    }
  }

  private void setUp(RouteSocket socket, List<Lease> leases) throws CniException {
    for (Lease lease : leases) {
      if (lease.family() == AddressFamily.IPV6) {
        LinkSettings.prepare(bridge.name(), AddressFamily.IPV6);
      }
    }
    socket.links().change(bridge, LinkChange.nothing().up());
  }

  /** The route that the kernel makes with the address, and never again. */
  private void addRoute(RouteSocket socket, Lease lease) {
    Route route = Route.through(lease.range(), bridge).withProtocol(RTPROT_KERNEL);
    socket
        .routes()
        .replace(
            lease.family() == AddressFamily.IPV4
                ? route.withSource(lease.gateway())
                : route.withMetric(PREFIX_ROUTE_METRIC));
  }

  private static boolean isKnown(IpPrefix range) {
    return range.length() < range.family().bits();
  }

  private static void requireRange(Lease lease) throws CniException {
    if (!isKnown(lease.range())) {
      throw new CniException(
          CniErrorCode.IO_FAILURE,
          "the database has no range of the gateway " + IpAddresses.format(lease.gateway()));
    }
  }
}
