package io.kindnet.kindnetd.dnscache.upstream;

import io.kindnet.kindnetd.dnscache.wire.Dns;
import io.kindnet.kindnetd.dnscache.wire.Messages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection to a server, over which many questions are under way at once (RFC 7766 section
 * 6.2.1), kept for a while after the last. Used by the thread of {@link Upstream} only.
 */
final class TcpConnection implements Channel {
  private static final long IDLE_NANOS = 8_000_000_000L; // RFC 7766 section 6.2.3: a few seconds
  private static final int LENGTH = 2;

  private final SocketChannel channel;
  private final UpstreamServer server;
  private final RandomNumbers random;
  private final SelectionKey key;
  private final Map<Integer, Exchange> underWay = new HashMap<>();
  private final Deque<ByteBuffer> toSend = new ArrayDeque<>();
  private ByteBuffer incoming = ByteBuffer.allocate(4096);
  private long lastUsed = System.nanoTime();
  private boolean transfer;

  /** Something was not answered in time. */
  private boolean suspect;

  private boolean closed;

  private TcpConnection(
      SocketChannel channel, UpstreamServer server, Selector selector, RandomNumbers random)
      throws IOException {
    this.channel = channel;
    this.server = server;
    this.random = random;
    channel.configureBlocking(false);
    boolean connected = channel.connect(server.address());
    key =
        channel.register(
            selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
  }

  static TcpConnection open(UpstreamServer server, Selector selector, RandomNumbers random)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      return new TcpConnection(channel, server, selector, random);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  void send(Exchange exchange) {
    transfer |= exchange.mode() == Exchange.Mode.TRANSFER;
    lastUsed = System.nanoTime();
    int id = random.below(1 << 16);
    while (underWay.containsKey(id)) {
      id = random.below(1 << 16);
    }
    underWay.put(id, exchange);
    byte[] message = exchange.message();
    ByteBuffer framed = ByteBuffer.allocate(LENGTH + message.length);
    framed
        .putShort((short) message.length)
        .putShort((short) id)
        .put(message, 2, message.length - 2);
    toSend.add(framed.flip());
    if (channel.isConnected()) {
      write();
    }
  }

  @Override
  public void ready() {
    if (closed) {
      return;
    }
    try {
      if (key.isConnectable() && channel.finishConnect()) {
        key.interestOps(SelectionKey.OP_READ);
      }
    } catch (IOException e) {
      close();
      return;
    }
    if (channel.isConnected()) {
      write();
      read();
    }
  }

  private void write() {
    try {
      while (!toSend.isEmpty()) {
        ByteBuffer next = toSend.element();
        channel.write(next);
        if (next.hasRemaining()) {
          key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
          return;
        }
        toSend.remove();
      }
      key.interestOps(SelectionKey.OP_READ);
    } catch (IOException e) {
      close();
    }
  }

  private void read() {
    try {
      while (!closed) {
        int length = channel.read(incoming);
        if (length < 0) {
          close();
        }
        if (length <= 0) {
          return;
        }
        lastUsed = System.nanoTime();
        takeMessages();
      }
    } catch (IOException e) {
      close();
    }
  }

  private void takeMessages() {
    incoming.flip();
    while (!closed && incoming.remaining() >= LENGTH) {
      int length = incoming.getShort(incoming.position()) & 0xffff;
      if (length < Dns.HEADER) {
        close(); // what follows cannot be told apart any more
        return;
      }
      if (incoming.remaining() < LENGTH + length) {
        if (incoming.capacity() < LENGTH + length) {
          incoming = ByteBuffer.allocate(LENGTH + length).put(incoming);
          return;
        }
        break;
      }
      byte[] message = new byte[length];
      incoming.position(incoming.position() + LENGTH).get(message);
      received(message);
    }
    incoming.compact();
  }

  private void received(byte[] message) {
    int id = Messages.id(message);
    Exchange exchange = underWay.get(id);
    if (exchange != null && server.receivedOverTcp(exchange, message) && !transfer) {
      underWay.remove(id);
    }
  }

  /** How many questions wait for an answer. */
  int load() {
    return underWay.size();
  }

  /** Whether another question may be sent through it. */
  boolean open() {
    return !closed && !transfer && !suspect;
  }

  boolean closed() {
    return closed;
  }

  /** Forgets what nobody waits for any more, and ends after a while without questions. */
  void tick(long now) {
    if (!transfer) {
      suspect |= underWay.values().removeIf(Exchange::finished);
    }
    if (now - lastUsed > IDLE_NANOS || (suspect && underWay.isEmpty())) {
      close();
    }
  }

  /** Ends the connection; what is under way on it is asked again, or has no answer. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      // nothing is lost with it but what is asked again now
    }
    List<Exchange> left = new ArrayList<>(underWay.values());
    underWay.clear();
    left.forEach(server::connectionClosed);
  }
}
