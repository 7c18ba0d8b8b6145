package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.kindnetd.dnscache.resolver.ClientQuery;
import io.kindnet.kindnetd.dnscache.resolver.QueryHandler;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.StreamSocket;
import io.kindnet.netlink.unix.Poller;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what comes over TCP, on a thread of its own. */
final class ConnectionLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConnectionLoop.class);
  private static final int LONGEST_MESSAGE = 0xffff;
  private static final int LENGTH_BYTES = 2;
  private static final Duration SETTLE = Duration.ofMillis(50);
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofHours(1);

  private final QueryHandler handler;
  private final ServerLimits limits;
  private final ClientCounts questions;
  private final ClientCounts connectionsOfClients;
  private final TrafficCounts counts;
  private final Poller<Object> poller = new Poller<>(); // of Endpoint and Connection
  private final Queue<Endpoint> added = new ConcurrentLinkedQueue<>();
  private final Queue<Connection> changed = new ConcurrentLinkedQueue<>();
  private final ByteBuffer answer = ByteBuffer.allocate(LENGTH_BYTES + LONGEST_MESSAGE);
  private final Thread thread;
  private volatile boolean closed;
  // of the thread alone
  private final Set<Endpoint> endpoints = new HashSet<>();
  private final Set<Endpoint> retiring = new HashSet<>();
  private final Set<Connection> connections = new HashSet<>();

  ConnectionLoop(
      QueryHandler handler, ServerLimits limits, ClientCounts questions, TrafficCounts counts) {
    this.handler = handler;
    this.limits = limits;
    this.questions = questions;
    this.connectionsOfClients = new ClientCounts(limits.connectionsOfClient());
    this.counts = counts;
    this.thread = Thread.ofPlatform().daemon().name("dns over TCP").start(this::run);
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
        List.copyOf(connections).forEach(this::end);
        endpoints.forEach(this::closeListener);
        endpoints.forEach(Endpoint::closed);
        retiring.forEach(Endpoint::closed);
      }
    }
  }

  private void turn() {
    for (Object ready : poller.await(timeout())) {
      if (ready instanceof Endpoint endpoint) {
        accept(endpoint);
      } else if (ready instanceof Connection connection) {
        serve(connection);
      }
    }
    for (Endpoint next = added.poll(); next != null; next = added.poll()) {
      poller.add(next.listener().number(), next);
      endpoints.add(next);
    }
    for (Connection next = changed.poll(); next != null; next = changed.poll()) {
      follow(next);
    }
    endIdle();
    retire();
  }

  private Duration timeout() {
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
      endIdlest();
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
    if (!connectionsOfClients.take(connection.client().getAddress())) {
      connection.close();
      return;
    }
    if (connections.size() >= limits.connections()) {
      endIdlest();
    }
    connections.add(connection);
    poller.add(connection.number(), connection);
    serve(connection);
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
      end(connection);
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
    if (!questions.take(connection.client().getAddress())) {
      counts.limited.increment();
      connection.breakOff();
      return;
    }
    connection.begin();
    connection.endpoint().begin();
    UnansweredQuery responder =
        new UnansweredQuery(
            message -> respond(connection, message),
            () -> {
              connection.breakOff();
              changed.add(connection);
              poller.wakeUp();
            },
            () -> {
              questions.giveBack(connection.client().getAddress());
              connection.endpoint().end();
              connection.end();
              if (connection.isFinished()) {
                changed.add(connection);
                poller.wakeUp();
              }
            });
    try {
      handler.handle(
          new ClientQuery(connection.endpoint().server(), Transport.TCP, query), responder);
    } catch (RuntimeException bug) {
      log.error("a query of {} is not answered", connection.client(), bug);
      responder.decline();
    }
  }

  private void respond(Connection connection, ByteBuffer message) {
    ByteBuffer framed = ByteBuffer.allocate(LENGTH_BYTES + message.remaining());
    framed.putShort((short) message.remaining()).put(message.duplicate()).flip();
    send(connection, framed);
  }

  private void send(Connection connection, ByteBuffer framed) {
    if (!connection.send(framed)) {
      changed.add(connection);
      poller.wakeUp();
    }
  }

  private void endIdle() {
    long now = System.nanoTime();
    List<Connection> idle = new ArrayList<>();
    for (Connection connection : connections) {
      if (now - connection.lastUse() > limits.idle().toNanos() && connection.isIdle()) {
        idle.add(connection);
      }
    }
    idle.forEach(this::end);
  }

  private void endIdlest() {
    connections.stream()
        .filter(Connection::isIdle)
        .min(Comparator.comparingLong(Connection::lastUse))
        .ifPresent(this::end);
  }

  private void end(Connection connection) {
    connections.remove(connection);
    poller.remove(connection.number());
    connection.close();
    connectionsOfClients.giveBack(connection.client().getAddress());
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
      List<Connection> left =
          connections.stream().filter(one -> one.endpoint().equals(endpoint)).toList();
      left.stream().filter(this::isQuiet).forEach(this::end);
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

  /** Ends the thread, and waits for that. */
  @Override
  public void close() {
    closed = true;
    poller.wakeUp();
    Threads.join(thread);
  }
}
