package io.kindnet.netlink.route;

/** Something in a network namespace changed. */
public sealed interface RouteEvent {
  /** A link is new, or something about it is. */
  record LinkChanged(Link link) implements RouteEvent {}

  /** A link is gone: removed, or moved to another namespace. */
  record LinkRemoved(Link link) implements RouteEvent {}

  /**
   * A bridge's port has other settings.
   *
   * @param linkIndex the port
   * @param hairpin whether it may send a packet back where it came from
   */
  record PortChanged(int linkIndex, boolean hairpin) implements RouteEvent {}

  /** An address is new, or its flags are. */
  record AddressChanged(Address address) implements RouteEvent {}

  /** An address is gone. */
  record AddressRemoved(Address address) implements RouteEvent {}

  /** A route is new, or replaced another. */
  record RouteChanged(Route route) implements RouteEvent {}

  /** A route is gone. IPv4 routes that go with their link or its address say nothing. */
  record RouteRemoved(Route route) implements RouteEvent {}

  /**
   * A policy rule is new or gone, of either family. Which one is not said: list them.
   *
   * @param removed whether it is gone
   */
  record RuleChanged(boolean removed) implements RouteEvent {}
}
