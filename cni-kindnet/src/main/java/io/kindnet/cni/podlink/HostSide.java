package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.LinkChange;
import io.kindnet.netlink.route.RouteSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one pod needs on the host: the host's end of its veth pair, and what {@link Wiring} says.
 */
final class HostSide {
  static final String KIND = "veth";

  private HostSide() {}

  /**
   * Whether {@code hostEnd} is the one that {@code spec} names, and ADD is through with its first
   * steps. What an ADD has only just made is not damaged.
   */
  static boolean isMade(Link hostEnd) {
    return hostEnd.kind().equals(KIND) && (hostEnd.isUp() || !hostEnd.alias().isEmpty());
  }

  /**
   * What is not as ADD left it, in the order in which it can be put back.
   *
   * @param spec what is remembered of the pod
   */
  static List<Damage> damages(RouteSocket host, HostState state, PodLinkSpec spec, Link hostEnd) {
    List<Damage> damages = new ArrayList<>();
    String name = "host interface " + hostEnd.name();
    if (!hostEnd.alias().startsWith(PodLinkSpec.ALIAS_PREFIX)) {
      damages.add(
          new Damage(
              hostEnd.index(),
              name + " has lost its alias",
              socket -> socket.links().change(hostEnd, LinkChange.nothing().alias(spec.alias()))));
    }
    if (spec.mtu() != 0 && hostEnd.mtu() != spec.mtu()) {
      addMtuDamage(damages, host, spec, hostEnd);
    }
    addFlagsDamage(damages, hostEnd, name);
    if (!hostEnd.isUp()) {
      damages.add(
          new Damage(hostEnd.index(), name + " is down", socket -> setUp(socket, spec, hostEnd)));
    }
    Optional<Wiring> wiring = wiring(host, state, spec);
    if (wiring.isPresent()) {
      damages.addAll(wiring.get().damages(state, hostEnd, spec.leases()));
    }
    return damages;
  }

  /** Where somebody switched ARP off, or multicast, which IPv6 needs as much. */
  static void addFlagsDamage(List<Damage> damages, Link link, String name) {
    if (!link.findsNeighbours()) {
      damages.add(
          new Damage(
              link.index(),
              name + " does not find neighbours: ARP or multicast is off",
              socket -> socket.links().change(link, LinkChange.nothing().findingNeighbours())));
    }
  }

  /** Empty if there is no such bridge. */
  static Optional<Wiring> wiring(RouteSocket host, HostState state, PodLinkSpec spec) {
    if (spec.bridge().isEmpty()) {
      return Optional.of(new PointToPoint(host));
    }
    Optional<Link> bridge = state.link(spec.bridge());
    return bridge.isPresent() && bridge.get().kind().equals(BridgePort.KIND)
        ? Optional.of(new BridgePort(host, bridge.get()))
        : Optional.empty();
  }

  /** Both ends must have the same, or large packets get lost; who changed both meant it. */
  private static void addMtuDamage(
      List<Damage> damages, RouteSocket host, PodLinkSpec spec, Link hostEnd) {
    Optional<Link> podEnd = host.links().findPeer(hostEnd);
    int wanted = podEnd.isPresent() ? podEnd.get().mtu() : spec.mtu();
    if (hostEnd.mtu() != wanted) {
      damages.add(
          new Damage(
              hostEnd.index(),
              "host interface "
                  + hostEnd.name()
                  + " has an MTU of "
                  + hostEnd.mtu()
                  + " instead of "
                  + wanted,
              socket -> socket.links().change(hostEnd, LinkChange.nothing().mtu(wanted))));
    }
  }

  private static void setUp(RouteSocket host, PodLinkSpec spec, Link hostEnd) throws CniException {
    if (spec.has(AddressFamily.IPV6)) {
      LinkSettings.prepare(hostEnd.name(), AddressFamily.IPV6);
    }
    host.links().change(hostEnd, LinkChange.nothing().up());
  }
}
