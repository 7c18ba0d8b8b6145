package io.kindnet.kindnetd.dnscache.upstream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Map;

/**
 * A socket with a port that the kernel has chosen at random, connected, so that the kernel drops
 * what comes from any other address or port. Its state belongs to the lock of the server.
 */
final class UdpSocket implements Channel {
  /** After which it is replaced: who finds out a port has not much of it. */
  private static final int MOST_QUESTIONS = 256;

  private static final long MOST_NANOS = 30_000_000_000L;

  private final DatagramChannel channel;
  private final UpstreamServer server;
  private final RandomNumbers random;
  private final Map<Integer, Exchange> underWay = new HashMap<>();
  private final long opened = System.nanoTime();
  private int sent;
  private boolean failed;

  private UdpSocket(DatagramChannel channel, UpstreamServer server, RandomNumbers random) {
    this.channel = channel;
    this.server = server;
    this.random = random;
  }

  static UdpSocket open(UpstreamServer server, Selector selector, RandomNumbers random)
      throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.configureBlocking(false);
      channel.connect(server.address());
      UdpSocket socket = new UdpSocket(channel, server, random);
      channel.register(selector, SelectionKey.OP_READ, socket);
      return socket;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Sends a question; that a datagram is lost, or the network away, is the business of retries. */
  void send(Exchange exchange) {
    int id = random.below(1 << 16);
    while (underWay.containsKey(id)) {
      id = random.below(1 << 16);
    }
    underWay.put(id, exchange);
    sent++;
    byte[] message = exchange.message().clone();
    message[0] = (byte) (id >> 8);
    message[1] = (byte) id;
    try {
      channel.write(ByteBuffer.wrap(message));
    } catch (IOException e) {
      // the error may be that of an earlier one, but this one is not sent either
      underWay.remove(id);
      exchange.refusals++;
      failed = true;
    }
  }

  /** Reads one datagram: if there are more, the selector says so again. */
  @Override
  public void ready() {
    ByteBuffer buffer = server.receiveBuffer().clear();
    int length;
    try {
      length = channel.isOpen() ? channel.read(buffer) : 0;
    } catch (IOException e) {
      server.unreachable(this);
      return;
    }
    if (length > 0) {
      byte[] message = new byte[buffer.flip().remaining()];
      buffer.get(message);
      server.received(this, message);
    }
  }

  /** The question that an answer with an ID belongs to. */
  Map<Integer, Exchange> underWay() {
    return underWay;
  }

  /** What was sent through it has come to nothing. */
  void fail() {
    failed = true;
    underWay.values().forEach(exchange -> exchange.refusals++);
    underWay.clear();
  }

  /** Whether nothing new should be sent through it. */
  boolean worn(long now) {
    return failed || sent >= MOST_QUESTIONS || now - opened > MOST_NANOS;
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // there is nothing in it that could be lost
    }
  }
}
