package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Machine;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteEvents.Topic;
import io.kindnet.netlink.route.RouteSocket;
import java.time.Duration;
import java.util.List;

/**
 * A witness of what changes in the kernel of a machine: hears each change as the kernel announces
 * it, and knows when.
 */
final class KernelRecorder implements AutoCloseable {
  private static final Duration LONG = Duration.ofHours(1);
  private static final int PROTOCOL = Integer.parseInt(KernelState.PROTOCOL);
  private static final List<Table> TABLES =
      List.of(
          new Table(TableFamily.INET, KernelState.TABLE),
          new Table(TableFamily.INET, KernelState.POLICY_TABLE));

  /**
   * What has been heard.
   *
   * @param routes how many routes of the agent came, changed or went
   * @param commits how many transactions did something to its tables
   * @param last when the last of both was, by {@link System#nanoTime}
   * @param lost whether there were so many that some were not heard
   */
  record Changes(int routes, int commits, long last, boolean lost) {
    int number() {
      return routes + commits;
    }

    /** {@code 2 routes, 1 commits}. */
    @Override
    public String toString() {
      return routes + " routes, " + commits + " commits" + (lost ? " at least" : "");
    }
  }

  private final RouteSocket socket;
  private final RouteEvents routeEvents;
  private final NftablesEvents tableEvents;
  private Changes changes = new Changes(0, 0, System.nanoTime(), false);

  private KernelRecorder(NetworkNamespace namespace) {
    socket = RouteSocket.open(namespace);
    routeEvents = socket.events(Topic.ROUTES);
    tableEvents = namespace.call(NftablesEvents::open);
  }

  /** Hears everything from now on. */
  static KernelRecorder on(Machine machine) {
    try (NetworkNamespace namespace =
        NetworkNamespace.open(machine.path("/proc/1/ns/net").toString())) {
      KernelRecorder watch = new KernelRecorder(namespace);
      Thread.ofPlatform().daemon().name("routes").start(watch::hearRoutes);
      Thread.ofPlatform().daemon().name("tables").start(watch::hearTables);
      return watch;
    }
  }

  /** Forgets what has been heard so far. */
  synchronized void mark() {
    changes = new Changes(0, 0, System.nanoTime(), false);
  }

  /** What has been heard since {@link #mark}. */
  synchronized Changes changes() {
    return changes;
  }

  private void hearRoutes() {
    while (!routeEvents.isClosed()) {
      RouteEvents.Batch batch = routeEvents.next(LONG);
      long now = System.nanoTime();
      int own = 0;
      for (RouteEvent event : batch.events()) {
        own += isOwn(event) ? 1 : 0;
      }
      heard(own, 0, batch.lost(), now);
    }
  }

  private static boolean isOwn(RouteEvent event) {
    return switch (event) {
      case RouteEvent.RouteChanged(Route route) -> route.protocol() == PROTOCOL;
      case RouteEvent.RouteRemoved(Route route) -> route.protocol() == PROTOCOL;
      default -> false;
    };
  }

  private void hearTables() {
    while (!tableEvents.isClosed()) {
      NftablesEvents.Events events = tableEvents.next(LONG);
      long now = System.nanoTime();
      int own =
          (int)
              events.commits().stream()
                  .filter(commit -> TABLES.stream().anyMatch(commit::touches))
                  .count();
      heard(0, own, events.lost(), now);
    }
  }

  private synchronized void heard(int routes, int commits, boolean lost, long now) {
    if (routes > 0 || commits > 0 || lost) {
      changes =
          new Changes(
              changes.routes + routes, changes.commits + commits, now, changes.lost || lost);
    }
  }

  @Override
  public void close() {
    routeEvents.close();
    tableEvents.close();
    socket.close();
  }
}
