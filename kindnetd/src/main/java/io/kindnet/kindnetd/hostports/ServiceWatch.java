package io.kindnet.kindnetd.hostports;

import io.kindnet.cni.portmap.ServiceAddresses;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Notices when addresses of Services come to this node, and when they go. */
final class ServiceWatch implements AutoCloseable {
  private final RouteSocket socket;
  private final KernelWatch<RouteEvents.Batch> events;
  private final Consumer<RouteEvents.Batch> listener = this::see;
  private final Runnable changed;
  // the indices of the links that they are on; guarded by this
  private final Set<Integer> links = new HashSet<>();

  /**
   * Listens to nothing yet.
   *
   * @param socket the network namespace; stays the caller's to close
   * @param events what is done to links and addresses there
   * @param changed runs when the addresses have to be read; it must be quick
   */
  ServiceWatch(RouteSocket socket, KernelWatch<RouteEvents.Batch> events, Runnable changed) {
    this.socket = socket;
    this.events = events;
    this.changed = changed;
  }

  /** Listens from now on, on the thread that it returns. */
  synchronized Thread start() {
    Thread thread = events.subscribe(listener);
    try {
      findLinks();
    } catch (RuntimeException refused) {
      events.unsubscribe(listener);
      throw refused;
    }
    return thread;
  }

  private void findLinks() {
    links.clear();
    for (Link link : ServiceAddresses.links(socket)) {
      links.add(link.index());
    }
  }

  private synchronized void see(RouteEvents.Batch batch) {
    boolean concerned = false;
    for (RouteEvent event : batch.events()) {
      concerned |= concerns(event);
    }
    if (batch.lost()) {
      findLinks();
    }
    if (concerned || batch.lost()) {
      changed.run();
    }
  }

  private boolean concerns(RouteEvent event) {
    return switch (event) {
      case RouteEvent.LinkChanged(var link) ->
          ServiceAddresses.areOn(link) ? links.add(link.index()) : links.remove(link.index());
      case RouteEvent.LinkRemoved(var link) -> links.remove(link.index());
      case RouteEvent.AddressChanged(var address) -> links.contains(address.linkIndex());
      case RouteEvent.AddressRemoved(var address) -> links.contains(address.linkIndex());
      case RouteEvent.PortChanged ignored -> false;
      case RouteEvent.RouteChanged ignored -> false;
      case RouteEvent.RouteRemoved ignored -> false;
      case RouteEvent.RuleChanged ignored -> false;
    };
  }

  @Override
  public void close() {
    events.unsubscribe(listener);
  }
}
