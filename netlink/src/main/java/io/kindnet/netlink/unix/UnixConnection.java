package io.kindnet.netlink.unix;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.StreamSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * One end of a connection over a socket of this machine: bytes, and descriptors with them.
 *
 * <p>It is its descriptor and nothing more, so that thousands may be open. Any thread may use it,
 * but not while another one closes it.
 */
public final class UnixConnection implements AutoCloseable {
  /** What {@link #receive} answers where there is nothing yet. */
  public static final int NOTHING = StreamSocket.WOULD_WAIT;

  /** How many descriptors are taken with one {@link #receive}. */
  public static final int MOST_FDS = 8;

  private static final int SOL_SOCKET = 1; // asm-generic/socket.h
  private static final int SO_PEERCRED = 17;
  private static final int UCRED_SIZE = 12; // struct ucred: pid, uid, gid (linux/socket.h)

  private final StreamSocket socket;

  UnixConnection(StreamSocket socket) {
    this.socket = socket;
  }

  /**
   * Connects to the socket at {@code path}, without waiting for anybody to accept.
   *
   * @throws KernelException naming the path: {@code ENOENT}, {@code ECONNREFUSED} if nobody
   *     listens, {@code EAGAIN} if too many connections wait to be accepted
   */
  public static UnixConnection connect(Path path) {
    byte[] address = UnixAddress.of(path, "connect to " + path);
    return new UnixConnection(StreamSocket.connect(UnixAddress.AF_UNIX, address, path.toString()));
  }

  /**
   * The effective user of the process that has connected, when it did, or that listens, when it
   * began to; unsigned, 65534 for one that the user namespace of this process does not know.
   */
  public int peerUid() {
    return socket.option(SOL_SOCKET, SO_PEERCRED, UCRED_SIZE).getInt(4);
  }

  /** The process that has connected or listens; 0 if it is in none of our process namespaces. */
  public int peerPid() {
    return socket.option(SOL_SOCKET, SO_PEERCRED, UCRED_SIZE).getInt(0);
  }

  /**
   * Receives what is there, without waiting. Descriptors that came with it are appended to {@code
   * descriptors}; they are the caller's to close.
   *
   * @param length how many bytes at most, at least 1
   * @return how many bytes, 0 at the end of the stream, or {@link #NOTHING}
   * @throws io.kindnet.netlink.libc.LostFdsException if descriptors came that this process has no
   *     room for, or more than {@link #MOST_FDS}: none of that message is open, its bytes are lost,
   *     and the connection can still be answered
   * @throws KernelException {@code ECONNRESET} if the other side is gone and has not read all
   */
  public int receive(byte[] buffer, int offset, int length, List<Fd> fds) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      throw new IllegalArgumentException("no room to receive anything");
    }
    return socket.receive(buffer, offset, length, MOST_FDS, fds);
  }

  /** As {@link #send(byte[], List, Duration)}, without descriptors. */
  public void send(byte[] bytes, Duration deadline) {
    send(bytes, List.of(), deadline);
  }

  /**
   * Sends all bytes, and the descriptors with the first of them, waiting for the other side to read
   * where it must. The descriptors stay open here, too.
   *
   * @param bytes at least one, if there are descriptors
   * @param fds at most 253, of which a receiver such as this one takes 8
   * @param deadline how long all of it may take, from now
   * @throws KernelException {@code ETIMEDOUT} after the deadline, {@code EPIPE} or {@code
   *     ECONNRESET} if the other side is gone
   */
  public void send(byte[] bytes, List<Fd> fds, Duration deadline) {
    if (bytes.length == 0 && !fds.isEmpty()) {
      throw new IllegalArgumentException("descriptors go with at least one byte");
    }
    long end = System.nanoTime() + deadline.toNanos();
    List<Fd> left = fds;
    int offset = 0;
    while (offset < bytes.length) {
      int sent = socket.send(bytes, offset, bytes.length - offset, left);
      if (sent != StreamSocket.WOULD_WAIT) {
        offset += sent;
        left = List.of();
      } else if (!socket.awaitWritable(Duration.ofNanos(end - System.nanoTime()))) {
        throw new KernelException(
            "send " + bytes.length + " bytes", Errno.ETIMEDOUT, "after " + offset + " of them");
      }
    }
  }

  /** Waits until {@link #receive} has something to tell, be it the end; false after the time. */
  public boolean await(Duration timeout) {
    return socket.awaitReadable(timeout);
  }

  /** What to wait for. */
  public int fd() {
    return socket.number();
  }

  @Override
  public void close() {
    socket.close();
  }
}
