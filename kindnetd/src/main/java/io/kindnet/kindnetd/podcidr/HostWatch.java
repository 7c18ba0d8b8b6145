package io.kindnet.kindnetd.podcidr;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.podcidr.HostFactsReader.Reading;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the kernel's notifications that change what this machine reaches without pods from those
 * that do not: pods come and go all the time, and what is there already is announced again, as with
 * each router advertisement.
 */
final class HostWatch implements AutoCloseable {
  private final RouteSocket socket;
  private final PodMarks marks;
  private final KernelWatch<RouteEvents.Batch> events;
  private final Consumer<RouteEvents.Batch> listener = this::see;
  private final Runnable changed;
  // guarded by this
  private final Map<Integer, LinkUse> uses = new HashMap<>();
  private volatile @Nullable Reading known;

  /**
   * Listens to nothing yet.
   *
   * @param changed runs when the kernel has to be looked at; it must be quick
   */
  HostWatch(
      RouteSocket socket, KernelWatch<RouteEvents.Batch> events, PodMarks marks, Runnable changed) {
    this.socket = socket;
    this.events = events;
    this.marks = marks;
    this.changed = changed;
  }

  /** Listens from now on, on the thread that it returns. */
  synchronized Thread start() {
    Thread thread = events.subscribe(listener);
    try {
      listLinks();
    } catch (RuntimeException refused) {
      events.unsubscribe(listener);
      throw refused;
    }
    return thread;
  }

  /** The kernel is going to be read: until {@link #expect}, nothing that is announced is known. */
  void forget() {
    known = null;
  }

  /** What was read. */
  void expect(Reading reading) {
    known = reading;
  }

  private synchronized void see(RouteEvents.Batch batch) {
    boolean concerned = false;
    for (RouteEvent event : batch.events()) {
      concerned |= concerns(event);
    }
    if (batch.lost()) {
      listLinks();
    }
    if (concerned || batch.lost()) {
      changed.run();
    }
  }

  private void listLinks() {
    uses.clear();
    for (Link link : socket.links().list()) {
      uses.put(link.index(), LinkUse.of(link, marks));
    }
  }

  private boolean concerns(RouteEvent event) {
    Reading now = known;
    return switch (event) {
      case RouteEvent.LinkChanged(var link) -> {
        LinkUse use = LinkUse.of(link, marks);
        uses.put(link.index(), use);
        yield isPartOf(link, use, now);
      }
      case RouteEvent.LinkRemoved(var link) -> {
        LinkUse use = use(link.index());
        uses.remove(link.index());
        yield isPartOf(link, use, now);
      }
      case RouteEvent.PortChanged port -> false;
      case RouteEvent.AddressChanged(var address) ->
          counts(address) && (now == null || !now.facts().addresses().contains(address.address()));
      case RouteEvent.AddressRemoved(var address) ->
          counts(address) && (now == null || now.facts().addresses().contains(address.address()));
      case RouteEvent.RouteChanged(var route) ->
          HostFactsReader.concerns(route, marks) && (now == null || !isAsKnown(route, now));
      case RouteEvent.RouteRemoved(var route) ->
          HostFactsReader.concerns(route, marks) && (now == null || isPartOf(route, now));
      case RouteEvent.RuleChanged rule -> false;
    };
  }

  private static boolean isPartOf(Link link, LinkUse use, @Nullable Reading now) {
    return now == null ? use == LinkUse.NETWORK : now.links().contains(link.index());
  }

  private boolean counts(Address address) {
    return HostFactsReader.concerns(address)
        && use(address.linkIndex()).counts(address.family(), address.prefixLength());
  }

  private LinkUse use(int link) {
    return uses.getOrDefault(link, LinkUse.PODS);
  }

  /** Whether a new route, or one in the place of another, changes nothing. */
  private boolean isAsKnown(Route route, Reading now) {
    IpPrefix destination = route.destination();
    boolean onLink = false;
    for (NextHop hop : route.nextHops()) {
      LinkUse use = use(hop.linkIndex());
      if (hop.gateway().isPresent()) {
        if (use != LinkUse.PODS && !now.facts().gateways().contains(hop.gateway().get())) {
          return false;
        }
      } else {
        onLink |= use.counts(destination) && destination.length() > 0;
      }
    }
    return onLink == now.facts().networks().contains(destination);
  }

  private static boolean isPartOf(Route route, Reading now) {
    if (now.facts().networks().contains(route.destination())) {
      return true;
    }
    for (NextHop hop : route.nextHops()) {
      if (hop.gateway().isPresent() && now.facts().gateways().contains(hop.gateway().get())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    events.unsubscribe(listener);
  }
}
