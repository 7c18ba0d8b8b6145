package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.delegation.RequestHeader;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.unix.UnixConnection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection, until its request is whole and answered. */
final class ClientConnection implements AutoCloseable {
  private static final int FIRST_SIZE = 4096;

  private final UnixConnection connection;
  private final long arrival = System.nanoTime();
  private final List<Fd> received = new ArrayList<>(4);
  private byte[] buffer = new byte[FIRST_SIZE];
  private int filled;
  private @Nullable RequestHeader header;
  private boolean silent;
  private boolean closed;

  ClientConnection(UnixConnection connection) {
    this.connection = connection;
  }

  UnixConnection connection() {
    return connection;
  }

  /** When it came, by {@link System#nanoTime}. */
  long arrival() {
    return arrival;
  }

  /** How much of the agent's memory it takes, in bytes. */
  int size() {
    return buffer.length;
  }

  /** Whether it went away without a word. */
  boolean isSilent() {
    return silent;
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Takes what has come, without waiting.
   *
   * @return the request once it is whole, null before
   * @throws IllegalArgumentException naming what is wrong with it
   * @throws io.kindnet.netlink.libc.KernelException if the connection broke, or descriptors were
   *     lost
   */
  @Nullable CallRequest receive() {
    while (true) {
      int room = wanted() - filled;
      int count = connection.receive(buffer, filled, room, received);
      if (count == UnixConnection.NOTHING) {
        return null;
      }
      if (count == 0) {
        silent = filled == 0;
        throw new IllegalArgumentException("it ends after " + filled + " bytes");
      }
      if (received.size() > RequestHeader.MOST_FDS) {
        throw new IllegalArgumentException("it came with " + received.size() + " descriptors");
      }
      filled += count;
      CallRequest request = parse();
      if (request != null) {
        return request;
      }
    }
  }

  /** How many bytes the request has, as far as is known. */
  private int wanted() {
    return header == null ? RequestHeader.LENGTH : RequestHeader.LENGTH + header.bodyLength();
  }

  private @Nullable CallRequest parse() {
    if (header == null && filled == RequestHeader.LENGTH) {
      header = RequestHeader.read(ByteBuffer.wrap(buffer));
      if (wanted() > buffer.length) {
        buffer = Arrays.copyOf(buffer, wanted());
      }
    }
    return header == null || filled < wanted()
        ? null
        : CallRequest.of(
            header, Arrays.copyOfRange(buffer, RequestHeader.LENGTH, filled), received);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      received.forEach(Fd::close);
      connection.close();
    }
  }
}
