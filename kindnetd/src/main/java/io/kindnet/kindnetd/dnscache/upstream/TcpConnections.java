package io.kindnet.kindnetd.dnscache.upstream;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to a server. Some servers answer what comes over one connection one after the
 * other, so that there are a few where questions wait. Used by the thread of {@link Upstream} only.
 */
final class TcpConnections {
  private static final Logger LOG = LoggerFactory.getLogger(TcpConnections.class);
  private static final int MOST = 4;

  private final UpstreamServer server;
  private final Selector selector;
  private final RandomNumbers random;
  private final List<TcpConnection> connections = new ArrayList<>();

  TcpConnections(UpstreamServer server, Selector selector, RandomNumbers random) {
    this.server = server;
    this.selector = selector;
    this.random = random;
  }

  void send(Exchange exchange) {
    exchange.connections++;
    List<TcpConnection> open = connections.stream().filter(TcpConnection::open).toList();
    TcpConnection idlest =
        open.stream().min(Comparator.comparingInt(TcpConnection::load)).orElse(null);
    boolean another = idlest == null || (idlest.load() > 0 && open.size() < MOST);
    try {
      if (another || exchange.mode() == Exchange.Mode.TRANSFER) {
        idlest = TcpConnection.open(server, selector, random);
        connections.add(idlest);
      }
    } catch (IOException e) {
      LOG.warn("cannot connect to the name server {}: {}", server.address(), e.toString());
    }
    if (idlest == null) {
      server.fail(exchange);
    } else {
      idlest.send(exchange);
    }
  }

  boolean any() {
    return !connections.isEmpty();
  }

  void tick(long now) {
    // a connection that ends may make another one
    for (TcpConnection connection : List.copyOf(connections)) {
      connection.tick(now);
    }
    connections.removeIf(TcpConnection::closed);
  }

  void close() {
    for (TcpConnection connection : List.copyOf(connections)) {
      connection.close();
    }
    connections.clear();
  }
}
