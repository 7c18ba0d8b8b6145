package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.kindnetd.dnscache.resolver.NameServer;
import io.kindnet.netlink.libc.DatagramServer;
import io.kindnet.netlink.libc.StreamSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The two sockets at the address of a name server. */
final class Endpoint {
  /** As many datagrams as come within some hundred milliseconds. */
  private static final int RECEIVE_BUFFER = 4 << 20;

  private static final int BACKLOG = 512;

  private final NameServer server;
  private final DatagramServer datagrams;
  private final StreamSocket listener;
  private final AtomicInteger underWay = new AtomicInteger();
  private final CountDownLatch open = new CountDownLatch(2);
  private volatile boolean retired;
  private volatile long lastUse;
  private volatile long retiredAt;

  private Endpoint(NameServer server, DatagramServer datagrams, StreamSocket listener) {
    this.server = server;
    this.datagrams = datagrams;
    this.listener = listener;
  }

  /**
   * Opens the sockets in the network namespace of the calling thread.
   *
   * @throws io.kindnet.netlink.libc.KernelException {@code EADDRINUSE} if another program has one
   *     of them
   */
  static Endpoint open(NameServer server, int mark) {
    // the listener first: it is the one that an earlier process may still have
    StreamSocket listener = StreamSocket.listenTransparent(server.address(), mark, BACKLOG);
    try {
      return new Endpoint(
          server, DatagramServer.open(server.address(), mark, RECEIVE_BUFFER), listener);
    } catch (RuntimeException refused) {
      listener.close();
      throw refused;
    }
  }

  NameServer server() {
    return server;
  }

  DatagramServer datagrams() {
    return datagrams;
  }

  StreamSocket listener() {
    return listener;
  }

  /** A query waits for its answer. */
  void begin() {
    underWay.incrementAndGet();
  }

  /** It has it, or never will. */
  void end() {
    underWay.decrementAndGet();
  }

  boolean isIdle() {
    return underWay.get() == 0;
  }

  /** No more comes: what has come is answered, then the sockets close. */
  void retire() {
    used();
    retiredAt = System.nanoTime();
    retired = true;
  }

  /** How long ago that was, in nanoseconds. */
  long nanosSinceRetired() {
    return System.nanoTime() - retiredAt;
  }

  /** A datagram has come. */
  void used() {
    lastUse = System.nanoTime();
  }

  /** For how long no datagram has come, in nanoseconds. */
  long quietNanos() {
    return System.nanoTime() - lastUse;
  }

  boolean isRetired() {
    return retired;
  }

  /** One of the two sockets is closed. */
  void closed() {
    open.countDown();
  }

  CountDownLatch open() {
    return open;
  }
}
