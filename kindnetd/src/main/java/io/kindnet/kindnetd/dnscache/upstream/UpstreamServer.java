package io.kindnet.kindnetd.dnscache.upstream;

import io.kindnet.kindnetd.dnscache.wire.Messages;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A name server that is asked. Thread-safe; what is not said of a method is done by any thread. */
public final class UpstreamServer {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamServer.class);

  private final InetSocketAddress address;
  private final Upstream upstream;
  private final long deadline;
  private final UdpSockets sockets;
  private final TcpConnections connections;
  private final Silence silence;
  private final UpstreamCounts counts = new UpstreamCounts();

  // with the lock of this
  private final List<Exchange> underWay = new ArrayList<>();
  private boolean closed;

  UpstreamServer(
      InetSocketAddress address, Upstream upstream, Duration deadline, UpstreamListener listener) {
    this.address = address;
    this.upstream = upstream;
    this.deadline = deadline.toNanos();
    sockets = new UdpSockets(this, upstream.selector(), upstream.random());
    connections = new TcpConnections(this, upstream.selector(), upstream.random());
    silence = new Silence(listener, deadline.toNanos());
  }

  public InetSocketAddress address() {
    return address;
  }

  /** Whether it answers, as far as is known. */
  public boolean answers() {
    return silence.answers();
  }

  public UpstreamStatistics statistics() {
    return counts.statistics();
  }

  /**
   * Asks a question over UDP, and over TCP where the answer is too long for that.
   *
   * @param message a query with one question, whose ID does not matter
   */
  public void ask(byte[] message, AnswerListener listener) {
    start(new Exchange(message, Exchange.Mode.QUESTION, false, listener));
  }

  /**
   * Passes a query on as it is, once.
   *
   * @param message with a header at least; its ID is replaced
   */
  public void pass(byte[] message, Transport transport, AnswerListener listener) {
    Exchange.Mode mode =
        transport == Transport.UDP
            ? Exchange.Mode.PASS_UDP
            : Messages.isTransfer(message) ? Exchange.Mode.TRANSFER : Exchange.Mode.PASS_TCP;
    start(new Exchange(message, mode, false, listener));
  }

  private void start(Exchange exchange) {
    boolean refused;
    boolean sent;
    synchronized (this) {
      refused = closed;
      if (!refused) {
        underWay.add(exchange);
        counts.asked(exchange);
      }
      sent = !refused && exchange.overUdp() && sendOverUdp(exchange);
    }
    if (refused) {
      fail(exchange);
    } else if (sent) {
      upstream.watch();
    } else {
      upstream.execute(() -> send(exchange));
    }
  }

  private boolean sendOverUdp(Exchange exchange) {
    UdpSocket socket = sockets.any(exchange.socket);
    if (socket != null) {
      exchange.attempts++;
      exchange.socket = socket;
      socket.send(exchange);
    }
    return socket != null;
  }

  /** By the thread of {@link Upstream}, for what no other can do. */
  private void send(Exchange exchange) {
    if (exchange.finished()) {
      return;
    }
    if (!exchange.overUdp()) {
      connections.send(exchange);
      return;
    }
    synchronized (this) {
      try {
        if (!closed) {
          sockets.refill();
        }
      } catch (IOException e) {
        LOG.warn("cannot open a socket for the name server {}: {}", address, e.toString());
      }
      sendOverUdp(exchange); // if not now, then at the next attempt
    }
  }

  /** Something has come through a socket. By the thread of {@link Upstream}. */
  void received(UdpSocket socket, byte[] message) {
    Exchange exchange;
    synchronized (this) {
      exchange = message.length < 2 ? null : socket.underWay().get(Messages.id(message));
      if (exchange == null
          || exchange.finished()
          || !Messages.answers(exchange.message(), message)) {
        counts.discarded.increment();
        return;
      }
      socket.underWay().remove(Messages.id(message));
    }
    silence.answered(exchange, message);
    boolean sameCase = Messages.sameCase(exchange.message(), message);
    if (exchange.mode() == Exchange.Mode.QUESTION && (Messages.truncated(message) || !sameCase)) {
      synchronized (this) {
        if (exchange.connections > 0) {
          return; // is being asked over TCP already
        }
        counts.truncated.increment();
        // what may come from somebody else is nothing to fall back to
        exchange.truncatedAnswer = sameCase ? message : null;
      }
      connections.send(exchange);
    } else {
      answered(exchange, message);
    }
  }

  /**
   * Something has come over TCP. By the thread of {@link Upstream}.
   *
   * @return whether it is an answer
   */
  boolean receivedOverTcp(Exchange exchange, byte[] message) {
    if (exchange.mode() == Exchange.Mode.TRANSFER) {
      // only the first message has to have the question (RFC 5936 section 2.2)
      silence.answered(exchange, message);
      if (exchange.finish()) {
        exchange.begun = true;
        count(exchange);
      }
      if (exchange.begun) {
        upstream.call(() -> exchange.listener().answered(message));
      }
      return true;
    }
    if (!Messages.answers(exchange.message(), message)) {
      counts.discarded.increment();
      return false;
    }
    silence.answered(exchange, message);
    answered(exchange, message);
    return true;
  }

  private void answered(Exchange exchange, byte[] message) {
    if (exchange.finish()) {
      count(exchange);
      upstream.call(() -> exchange.listener().answered(message));
    }
  }

  private void count(Exchange exchange) {
    remove(exchange);
    counts.answered(exchange);
  }

  private synchronized void remove(Exchange exchange) {
    underWay.remove(exchange);
  }

  /** A connection has ended before the answer. By the thread of {@link Upstream}. */
  void connectionClosed(Exchange exchange) {
    if (exchange.finished()) {
      return;
    }
    // the server may have closed it just when the question was sent
    if (exchange.connections < 2 && exchange.mode() != Exchange.Mode.TRANSFER && !isClosed()) {
      connections.send(exchange);
    } else {
      fail(exchange);
    }
  }

  /** There is no answer to be had. By the thread of {@link Upstream}. */
  void fail(Exchange exchange) {
    byte @Nullable [] fallback;
    synchronized (this) {
      fallback = exchange.truncatedAnswer;
    }
    if (fallback != null) {
      answered(exchange, fallback);
    } else if (exchange.finish()) {
      remove(exchange);
      counts.unanswered(exchange);
      upstream.call(() -> exchange.listener().unanswered());
    }
  }

  /** Nobody listens at the server's port, says a host on the way. */
  synchronized void unreachable(UdpSocket socket) {
    socket.fail();
  }

  /**
   * Asks again what was not answered, gives up what has had its time. By the thread of {@link
   * Upstream}.
   *
   * @return whether anything is under way, or is to be watched
   */
  boolean tick(long now) {
    List<Exchange> late = new ArrayList<>();
    boolean wantsProbe;
    boolean busy;
    synchronized (this) {
      sockets.tick();
      wantsProbe = silence.wantsProbe(now);
      for (Exchange exchange : underWay) {
        long waited = now - exchange.started();
        if (waited > deadline || exchange.hopeless()) {
          late.add(exchange);
        } else if (waited > deadline / 4) {
          wantsProbe |= !exchange.probe() && silence.silentSince(exchange);
        }
      }
      retry(now);
      busy = !underWay.isEmpty() || connections.any();
    }
    connections.tick(now);
    for (Exchange exchange : late) {
      silence.unanswered(exchange);
      fail(exchange);
    }
    if (wantsProbe && silence.startProbe(now)) {
      start(new Exchange(silence.question(), Exchange.Mode.QUESTION, true, silence.probe()));
    }
    return busy || !answers();
  }

  private void retry(long now) {
    for (Exchange exchange : underWay) {
      if (exchange.connections == 0
          && exchange.attempts < exchange.mostAttempts()
          && now - exchange.started() > exchange.due(deadline)) {
        try {
          sockets.refill();
        } catch (IOException e) {
          LOG.warn("cannot open a socket for the name server {}: {}", address, e.toString());
        }
        sendOverUdp(exchange);
      }
    }
  }

  /** Whether anything waits for the thread of {@link Upstream}. */
  synchronized boolean isBusy() {
    return !underWay.isEmpty();
  }

  ByteBuffer receiveBuffer() {
    return upstream.receiveBuffer();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Gives up all that is under way. By the thread of {@link Upstream}. */
  void close() {
    List<Exchange> left;
    synchronized (this) {
      closed = true;
      left = new ArrayList<>(underWay);
      sockets.close();
    }
    connections.close();
    left.forEach(this::fail);
  }
}
