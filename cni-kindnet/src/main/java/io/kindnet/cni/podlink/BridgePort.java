package io.kindnet.cni.podlink;

import static io.kindnet.netlink.route.Address.IFA_F_NODAD;

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
  private static final String KIND = "bridge";

  private final RouteSocket host;
  private final Link bridge;

  private BridgePort(RouteSocket host, Link bridge) {
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
    if (spec.has(AddressFamily.IPV6)) {
      Sysctl.prepareIpv6(bridge.name());
    }
    if (!bridge.isUp()) {
      host.links().change(bridge, LinkChange.nothing().up());
    }
    return new BridgePort(host, bridge);
  }

  /** The bridge as it is; empty if there is none of this name. */
  static Optional<Wiring> find(RouteSocket host, String name) {
    return host.links()
        .findByName(name)
        .filter(link -> link.kind().equals(KIND))
        .map(link -> new BridgePort(host, link));
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
  public void plug(Link hostEnd) {
    host.links().change(hostEnd, LinkChange.nothing().master(bridge));
    host.links().setHairpin(hostEnd, true);
  }

  @Override
  public void route(Link hostEnd, Lease lease) {
    Address gateway = Address.of(bridge, lease.gateway(), lease.range().length());
    try {
      host.addresses()
          .add(lease.family() == AddressFamily.IPV6 ? gateway.withFlags(IFA_F_NODAD) : gateway);
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.EEXIST) {
        throw refused;
      }
    }
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
  public List<String> problems(Link hostEnd, List<Lease> leases) {
    List<String> problems = new ArrayList<>();
    if (!bridge.isUp()) {
      problems.add("bridge " + bridge.name() + " is down");
    }
    if (hostEnd.masterIndex() != bridge.index()) {
      problems.add(
          "host interface " + hostEnd.name() + " is no longer a port of bridge " + bridge.name());
    } else if (!hostEnd.hairpin()) {
      problems.add("host interface " + hostEnd.name() + " has lost its hairpin mode");
    }
    for (Lease lease : leases) {
      if (!PodLinkCheck.hasAddress(host, bridge, lease.gateway())) {
        problems.add(
            "bridge "
                + bridge.name()
                + " has lost the gateway address "
                + IpAddresses.format(lease.gateway()));
      }
    }
    return problems;
  }
}
