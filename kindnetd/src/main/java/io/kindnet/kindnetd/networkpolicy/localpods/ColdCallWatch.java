package io.kindnet.kindnetd.networkpolicy.localpods;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvents;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Notices pods that come and go by calls that no agent served: their links come and go, too. A call
 * that an agent serves tells so itself, and costs nothing here.
 */
final class ColdCallWatch implements AutoCloseable {
  /** A call takes some ten milliseconds from its link to its rows, or back. */
  private static final int DELAY_MILLIS = 300;

  private final KernelWatch<RouteEvents.Batch> events;
  private final Supplier<Set<String>> known;
  private final Runnable noticed;
  private final Consumer<RouteEvents.Batch> listener = this::see;
  private final Executor later =
      CompletableFuture.delayedExecutor(DELAY_MILLIS, TimeUnit.MILLISECONDS);
  private final Set<String> added = new HashSet<>();
  private final Set<String> removed = new HashSet<>();

  /**
   * Listens to nothing yet.
   *
   * @param known the host's ends of all pods that are known
   * @param noticed runs when others came or went; it must be quick
   */
  ColdCallWatch(
      KernelWatch<RouteEvents.Batch> events, Supplier<Set<String>> known, Runnable noticed) {
    this.events = events;
    this.known = known;
    this.noticed = noticed;
  }

  /** Listens from now on, on the thread that it returns. */
  Thread start() {
    return events.subscribe(listener);
  }

  private void see(RouteEvents.Batch batch) {
    boolean first = false;
    synchronized (this) {
      boolean none = added.isEmpty() && removed.isEmpty();
      for (RouteEvent event : batch.events()) {
        note(event);
      }
      first = none && !(added.isEmpty() && removed.isEmpty());
    }
    if (batch.lost()) {
      noticed.run();
    }
    if (first) {
      later.execute(this::look);
    }
  }

  private void note(RouteEvent event) {
    if (event instanceof RouteEvent.LinkChanged(Link link) && isPods(link)) {
      added.add(link.name());
      removed.remove(link.name());
    } else if (event instanceof RouteEvent.LinkRemoved(Link link) && isPods(link)) {
      removed.add(link.name());
      added.remove(link.name());
    }
  }

  private static boolean isPods(Link link) {
    return link.name().startsWith(HostNetwork.LINK_PREFIX);
  }

  private void look() {
    Set<String> now = known.get();
    boolean any = false;
    synchronized (this) {
      for (String name : added) {
        any |= !now.contains(name);
      }
      for (String name : removed) {
        any |= now.contains(name);
      }
      added.clear();
      removed.clear();
    }
    if (any) {
      noticed.run();
    }
  }

  @Override
  public void close() {
    events.unsubscribe(listener);
  }
}
