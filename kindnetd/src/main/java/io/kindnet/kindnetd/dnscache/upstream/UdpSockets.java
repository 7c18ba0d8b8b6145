package io.kindnet.kindnetd.dnscache.upstream;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sockets through which a server is asked over UDP, of which one is taken at random for each
 * question. Its state belongs to the lock of the server.
 */
final class UdpSockets {
  private static final int SOCKETS = 16;

  private final UpstreamServer server;
  private final Selector selector;
  private final RandomNumbers random;
  private final List<UdpSocket> sockets = new ArrayList<>();

  /** Those that only wait for answers. */
  private final List<UdpSocket> worn = new ArrayList<>();

  UdpSockets(UpstreamServer server, Selector selector, RandomNumbers random) {
    this.server = server;
    this.selector = selector;
    this.random = random;
  }

  /**
   * One of them; null if there is none at the moment.
   *
   * @param except which has been used in vain
   */
  @Nullable UdpSocket any(@Nullable UdpSocket except) {
    for (int tries = 0; tries < 4 * SOCKETS && !sockets.isEmpty(); tries++) {
      UdpSocket socket = sockets.get(random.below(sockets.size()));
      if (socket != except && !socket.worn(System.nanoTime())) {
        return socket;
      }
    }
    return null;
  }

  /**
   * Opens what is missing. By the thread of {@link Upstream}, in whose namespace they are to be.
   */
  void refill() throws IOException {
    long now = System.nanoTime();
    for (Iterator<UdpSocket> all = sockets.iterator(); all.hasNext(); ) {
      UdpSocket socket = all.next();
      if (socket.worn(now)) {
        all.remove();
        worn.add(socket);
      }
    }
    while (sockets.size() < SOCKETS) {
      sockets.add(UdpSocket.open(server, selector, random));
    }
  }

  /** Forgets what nobody waits for any more. */
  void tick() {
    for (UdpSocket socket : sockets) {
      socket.underWay().values().removeIf(Exchange::finished);
    }
    for (Iterator<UdpSocket> all = worn.iterator(); all.hasNext(); ) {
      UdpSocket socket = all.next();
      socket.underWay().values().removeIf(Exchange::finished);
      if (socket.underWay().isEmpty()) {
        socket.close();
        all.remove();
      }
    }
  }

  void close() {
    sockets.forEach(UdpSocket::close);
    worn.forEach(UdpSocket::close);
    sockets.clear();
    worn.clear();
  }
}
