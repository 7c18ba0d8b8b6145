package io.kindnet.kindnetd.agent;

import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.route.NetconfEvents;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteEvents.Topic;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.wire.EventSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the kernel's notifications of one kind to all agents that want them, on one thread. Opened
 * by the first that wants them.
 *
 * @param <B> what the kernel sent since the last read
 */
public final class KernelWatch<B> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KernelWatch.class);
  private static final Duration LONG = Duration.ofHours(1);

  private final String name;
  private final Supplier<? extends EventSource<B>> opener;
  private final List<Consumer<B>> listeners = new CopyOnWriteArrayList<>();
  private @Nullable EventSource<B> source;
  private @Nullable Thread thread;

  private KernelWatch(String name, Supplier<? extends EventSource<B>> opener) {
    this.name = name;
    this.opener = opener;
  }

  /**
   * What others than {@code socket} do to links, addresses, routes and policy rules in its network
   * namespace.
   *
   * @param socket stays the caller's to close
   */
  public static KernelWatch<RouteEvents.Batch> ofRoutes(RouteSocket socket) {
    return new KernelWatch<>(
        "route events",
        () -> socket.eventsOfOthers(Topic.LINKS, Topic.ADDRESSES, Topic.ROUTES, Topic.RULES));
  }

  /**
   * What is done to the settings of links in the network namespace of {@code socket}.
   *
   * @param socket stays the caller's to close
   */
  public static KernelWatch<NetconfEvents.Batch> ofNetconf(RouteSocket socket) {
    return new KernelWatch<>("netconf events", socket::netconfEvents);
  }

  /**
   * What is done to nftables.
   *
   * @param events opens the notifications, of whichever network namespace and sockets
   */
  public static KernelWatch<NftablesEvents.Events> ofNftables(Supplier<NftablesEvents> events) {
    return new KernelWatch<>("nftables events", events);
  }

  /**
   * Gives all notifications, from when this returns, to {@code listener}, also those that say that
   * some were lost.
   *
   * @param listener runs on the watch's thread, and must be quick
   * @return that thread
   * @throws io.kindnet.netlink.libc.KernelException if the kernel gives no notifications
   */
  public synchronized Thread subscribe(Consumer<B> listener) {
    Thread reader = thread;
    if (reader == null) {
      EventSource<B> opened = opener.get();
      source = opened;
      reader = Thread.ofPlatform().daemon().name(name).start(() -> read(opened));
      thread = reader;
    }
    listeners.add(listener);
    return reader;
  }

  /** Nothing more is given to {@code listener}, but for what it is being given. */
  public void unsubscribe(Consumer<B> listener) {
    listeners.remove(listener);
  }

  private void read(EventSource<B> from) {
    while (!from.isClosed()) {
      B batch = from.next(LONG);
      for (Consumer<B> listener : listeners) {
        try {
          listener.accept(batch);
        } catch (RuntimeException bug) {
          // the others still need what comes; their regular checks do for this one
          log.error("{}: a listener failed", name, bug);
        }
      }
    }
  }

  /** Ends the thread, without waiting for it. */
  @Override
  public synchronized void close() {
    if (source != null) {
      source.close();
    }
  }
}
