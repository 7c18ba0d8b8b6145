package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.StreamSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A client's TCP connection: messages with their lengths before them (RFC 1035, 4.2.2). One thread
 * reads, flushes and closes; any thread sends.
 */
final class Connection {
  private static final int LENGTH_BYTES = 2;
  private static final int FIRST_SIZE = 1024;
  private static final int MOST_UNSENT = 1 << 20;

  private final Endpoint endpoint;
  private final StreamSocket socket;
  private final InetSocketAddress client;
  // of the reading thread
  private byte[] bytes = new byte[FIRST_SIZE];
  private final List<Fd> noFds = new ArrayList<>(0);
  private int count;
  private long lastUse = System.nanoTime();
  private volatile boolean finished;
  // guarded by this
  private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
  private long unsentBytes;
  private int underWay;
  private boolean broken;

  Connection(Endpoint endpoint, StreamSocket socket) {
    this.endpoint = endpoint;
    this.socket = socket;
    this.client = socket.peer();
  }

  Endpoint endpoint() {
    return endpoint;
  }

  InetSocketAddress client() {
    return client;
  }

  int number() {
    return socket.number();
  }

  /**
   * Reads what is there and gives each whole message to {@code messages}.
   *
   * @return false at the end of the stream, after which nothing is read
   */
  boolean read(BiConsumer<Connection, ByteBuffer> messages) {
    while (true) {
      if (count == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * bytes.length);
      }
      int received = socket.receive(bytes, count, bytes.length - count, 0, noFds);
      if (received == StreamSocket.WOULD_WAIT) {
        return true;
      }
      if (received == 0) {
        finished = true;
        return false;
      }
      lastUse = System.nanoTime();
      count += received;
      takeMessages(messages);
    }
  }

  private void takeMessages(BiConsumer<Connection, ByteBuffer> messages) {
    int at = 0;
    while (count - at >= LENGTH_BYTES) {
      int length = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
      int end = at + LENGTH_BYTES + length;
      if (end > count) {
        break;
      }
      messages.accept(this, ByteBuffer.wrap(bytes, at + LENGTH_BYTES, length).slice());
      at = end;
    }
    System.arraycopy(bytes, at, bytes, 0, count - at);
    count -= at;
  }

  /** Whether the client has said that it sends no more. */
  boolean isFinished() {
    return finished;
  }

  /** A query waits for its answer. */
  synchronized void begin() {
    underWay++;
  }

  /** It has it, or never will. */
  synchronized void end() {
    underWay--;
  }

  /** Whether nothing is under way in either direction. */
  synchronized boolean isIdle() {
    return underWay == 0 && unsent.isEmpty();
  }

  long lastUse() {
    return lastUse;
  }

  /** Whether it cannot be used any more. */
  synchronized boolean isBroken() {
    return broken;
  }

  /** The client cannot be answered: it has to ask again, on another connection. */
  synchronized void breakOff() {
    broken = true;
  }

  /**
   * Sends a message.
   *
   * @param message with its length before it, in an array that may be used again
   * @return false if there was not space for all of it: {@link #flush} has to be called when there
   *     is
   */
  synchronized boolean send(ByteBuffer message) {
    if (broken) {
      return true;
    }
    if (unsent.isEmpty()) {
      write(message);
    }
    if (message.hasRemaining() && !broken) {
      unsent.add(ByteBuffer.allocate(message.remaining()).put(message).flip());
      unsentBytes += unsent.getLast().remaining();
      broken = unsentBytes > MOST_UNSENT; // reads nothing of what it asks for
      return false;
    }
    return true;
  }

  /** Whether something waits for space. */
  synchronized boolean hasUnsent() {
    return !unsent.isEmpty();
  }

  /** Sends what is left; returns whether that is all. */
  synchronized boolean flush() {
    while (!broken && !unsent.isEmpty()) {
      ByteBuffer next = unsent.getFirst();
      unsentBytes -= next.remaining();
      write(next);
      if (next.hasRemaining()) {
        unsentBytes += next.remaining();
        return false;
      }
      unsent.removeFirst();
    }
    return true;
  }

  private void write(ByteBuffer message) {
    try {
      while (message.hasRemaining()) {
        int sent =
            socket.send(
                message.array(),
                message.arrayOffset() + message.position(),
                message.remaining(),
                List.of());
        if (sent == StreamSocket.WOULD_WAIT) {
          return;
        }
        message.position(message.position() + sent);
      }
    } catch (KernelException gone) {
      broken = true;
    }
  }

  synchronized void close() {
    broken = true;
    socket.close();
  }
}
