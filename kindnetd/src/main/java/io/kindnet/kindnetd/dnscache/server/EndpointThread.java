package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.netlink.unix.Poller;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * A thread that waits for sockets of endpoints and has a service do what is to be done.
 * Thread-safe.
 *
 * @param <T> what is waited for
 */
final class EndpointThread<T> implements AutoCloseable {
  private final Poller<T> poller = new Poller<>();
  private final Queue<Endpoint> added = new ConcurrentLinkedQueue<>();
  private final EndpointService<T> service;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Starts it, without endpoints.
   *
   * @param service makes what it does, all of it by this thread
   */
  EndpointThread(String name, Function<Poller<T>, EndpointService<T>> service) {
    this.service = service.apply(poller);
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
  }

  Thread thread() {
    return thread;
  }

  /** Serves {@code endpoint}, too, until it is retired. */
  void add(Endpoint endpoint) {
    added.add(endpoint);
    poller.wakeUp();
  }

  /** Looks at what was retired. */
  void wakeUp() {
    poller.wakeUp();
  }

  /** Whatever ends it, it leaves no socket open: what clients send goes to the servers then. */
  private void run() {
    try (poller) {
      try {
        while (!closed) {
          turn();
        }
      } finally {
        service.close();
      }
    }
  }

  private void turn() {
    for (T ready : poller.await(service.timeout())) {
      service.serve(ready);
    }
    for (Endpoint next = added.poll(); next != null; next = added.poll()) {
      service.open(next);
    }
    service.review();
  }

  /** Ends the thread, and waits for that. */
  @Override
  public void close() {
    closed = true;
    poller.wakeUp();
    Threads.join(thread);
  }
}
