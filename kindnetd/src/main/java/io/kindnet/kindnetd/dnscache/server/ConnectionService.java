package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.kindnetd.dnscache.resolver.QueryHandler;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.StreamSocket;
import io.kindnet.netlink.unix.Poller;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what comes over TCP. */
final class ConnectionService implements EndpointService<Object> {
  private static final Logger log = LoggerFactory.getLogger(ConnectionService.class);
  private static final int LONGEST_MESSAGE = 0xffff;
  private static final int LENGTH_BYTES = 2;
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration TICK = Duration.ofSeconds(1);

  private final Poller<Object> poller; // of Endpoint and Connection
  private final QueryHandler handler;
  private final Questions questions;
  private final TrafficCounts counts;
  private final OpenConnections connections;
  private final Set<Endpoint> endpoints = new HashSet<>();
  private final Set<Endpoint> retiring = new HashSet<>();
  private final ByteBuffer answer = ByteBuffer.allocate(LENGTH_BYTES + LONGEST_MESSAGE);

  /** By any thread. */
  private final Queue<Connection> changed = new ConcurrentLinkedQueue<>();

  ConnectionService(Poller<Object> poller, Questions questions, ServerLimits limits) {
    this.poller = poller;
    this.handler = questions.handler();
    this.questions = questions;
    this.counts = questions.counts();
    this.connections = new OpenConnections(poller, limits);
  }

  @Override
  public void open(Endpoint endpoint) {
    poller.add(endpoint.listener().number(), endpoint);
    endpoints.add(endpoint);
  }

  @Override
  public void serve(Object ready) {
    if (ready instanceof Endpoint endpoint) {
      accept(endpoint);
    } else if (ready instanceof Connection connection) {
      serve(connection);
    }
  }

  @Override
  public void review() {
    for (Connection next = changed.poll(); next != null; next = changed.poll()) {
      follow(next);
    }
    connections.endIdle();
    retire();
  }

  @Override
  public Duration timeout() {
    if (!retiring.isEmpty()) {
      return SOON;
    }
    return connections.isEmpty() ? LONG : TICK;
  }

  private void accept(Endpoint endpoint) {
    try {
      for (StreamSocket next = endpoint.listener().accept();
          next != null;
          next = endpoint.listener().accept()) {
        open(endpoint, next);
      }
    } catch (KernelException refused) {
      // without descriptors for one: another one has to end
      log.debug("DNS over TCP", refused);
      connections.endIdlest();
    }
  }

  private void open(Endpoint endpoint, StreamSocket socket) {
    Connection connection;
    try {
      connection = new Connection(endpoint, socket);
    } catch (KernelException gone) {
      socket.close();
      return;
    }
    counts.connections.increment();
    if (connections.add(connection)) {
      serve(connection);
    }
  }

  private void serve(Connection connection) {
    if (!connections.contains(connection)) {
      return; // it ended in this turn
    }
    try {
      if (connection.isFinished()) {
        if (!connection.hasUnsent()) {
          connection.breakOff(); // the other direction has ended, too
        }
      } else {
        connection.read(this::answer);
      }
    } catch (KernelException gone) {
      connection.breakOff();
    } catch (RuntimeException bug) {
      log.error("a connection of {} ends", connection.client(), bug);
      connection.breakOff();
    }
    follow(connection);
  }

  /** Does what a connection needs after something was sent, or could not be. */
  private void follow(Connection connection) {
    if (!connections.contains(connection)) {
      return;
    }
    boolean sent = connection.flush();
    if (connection.isBroken() || (connection.isFinished() && connection.isIdle())) {
      connections.end(connection);
    } else {
      poller.change(connection.number(), !connection.isFinished(), !sent);
    }
  }

  private void answer(Connection connection, ByteBuffer query) {
    counts.messages.increment();
    try {
      answer.clear().position(LENGTH_BYTES);
      if (handler.answer(connection.endpoint().server(), Transport.TCP, query, answer)) {
        answer.putShort(0, (short) (answer.position() - LENGTH_BYTES)).flip();
        send(connection, answer);
      } else {
        ask(connection, query);
      }
    } catch (RuntimeException bug) {
      log.error("a query of {} is not answered", connection.client(), bug);
      connection.breakOff();
    }
  }

  private void ask(Connection connection, ByteBuffer query) {
    connection.begin();
    questions.ask(
        connection.endpoint(),
        connection.client(),
        Transport.TCP,
        query,
        message -> respond(connection, message),
        () -> {
          connection.breakOff();
          followSoon(connection);
        },
        () -> {
          connection.end();
          if (connection.isFinished()) {
            followSoon(connection);
          }
        });
  }

  /** By any thread. */
  private void followSoon(Connection connection) {
    changed.add(connection);
    poller.wakeUp();
  }

  private void respond(Connection connection, ByteBuffer message) {
    ByteBuffer framed = ByteBuffer.allocate(LENGTH_BYTES + message.remaining());
    framed.putShort((short) message.remaining()).put(message.duplicate()).flip();
    send(connection, framed);
  }

  private void send(Connection connection, ByteBuffer framed) {
    if (!connection.send(framed)) {
      followSoon(connection);
    }
  }

  /** Accepts what has come, and closes what has nothing under way. */
  private void retire() {
    for (Endpoint endpoint : List.copyOf(endpoints)) {
      if (endpoint.isRetired()) {
        accept(endpoint);
        closeListener(endpoint);
        endpoints.remove(endpoint);
        retiring.add(endpoint);
      }
    }
    for (Endpoint endpoint : List.copyOf(retiring)) {
      List<Connection> left = connections.of(endpoint);
      left.stream().filter(this::isQuiet).forEach(connections::end);
      if (left.stream().noneMatch(connections::contains)) {
        retiring.remove(endpoint);
        endpoint.closed();
      }
    }
  }

  /** What was on its way when its endpoint was retired has come. */
  private boolean isQuiet(Connection connection) {
    return connection.isIdle()
        && System.nanoTime() - connection.lastUse() > SETTLE.toNanos()
        && connection.endpoint().nanosSinceRetired() > SETTLE.toNanos();
  }

  private void closeListener(Endpoint endpoint) {
    poller.remove(endpoint.listener().number());
    endpoint.listener().close();
  }

  @Override
  public void close() {
    connections.endAll();
    endpoints.forEach(this::closeListener);
    endpoints.forEach(Endpoint::closed);
    retiring.forEach(Endpoint::closed);
  }
}
