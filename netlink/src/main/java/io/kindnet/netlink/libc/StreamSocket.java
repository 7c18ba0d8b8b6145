package io.kindnet.netlink.libc;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream socket that never waits unless asked to, and passes descriptors, of a family whose
 * addresses are plain bytes. It keeps nothing but its descriptor: memory outside the heap is there
 * for the time of a call. Threads may use it at the same time, but for {@link #close}, after which
 * its number may be another file's.
 */
public final class StreamSocket implements AutoCloseable {
  /** What {@link #receive} and {@link #send} answer where they would have to wait. */
  public static final int WOULD_WAIT = -1;

  private static final int SOCK_STREAM = 1;
  private static final int SOCK_NONBLOCK = 0x800; // asm-generic/fcntl.h
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000; // linux/socket.h
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int MOST_BYTES_AT_ONCE = 1 << 17;

  private final Fd socket;
  private final String name;

  private StreamSocket(Fd socket, String name) {
    this.socket = socket;
    this.name = name;
  }

  /**
   * Opens a socket that others connect to.
   *
   * @param domain the address family, such as {@code AF_UNIX}
   * @param address a {@code struct sockaddr} of the family
   * @param mode the permissions of the file that stands for it, where the family has files
   * @param backlog how many connections may wait to be accepted
   * @param name what the message of an error calls it
   * @throws KernelException {@code EADDRINUSE} if the address is taken
   */
  public static StreamSocket listen(
      int domain, byte[] address, int mode, int backlog, String name) {
    StreamSocket listener = open(domain, name);
    try (Memory memory = Memory.ofSize(address.length)) {
      memory.put(0, address, 0, address.length);
      String what = "listen at " + name;
      int fd = listener.number();
      // before there is a file, which gets the permissions of the socket
      SystemCalls.check(ServerLibc.fchmod(fd, mode), what);
      SystemCalls.check(Libc.bind(fd, memory, address.length), what);
      SystemCalls.check(ServerLibc.listen(fd, backlog), what);
      return listener;
    } catch (KernelException refused) {
      listener.close();
      throw refused;
    }
  }

  /**
   * Connects, without waiting for the other side to accept.
   *
   * @throws KernelException {@code EAGAIN} if too many wait to be accepted already
   */
  public static StreamSocket connect(int domain, byte[] address, String name) {
    StreamSocket connection = open(domain, name);
    try (Memory memory = Memory.ofSize(address.length)) {
      memory.put(0, address, 0, address.length);
      SystemCalls.check(
          ServerLibc.connect(connection.number(), memory, address.length), "connect to " + name);
      return connection;
    } catch (KernelException refused) {
      connection.close();
      throw refused;
    }
  }

  /**
   * Opens a TCP socket that others connect to at an address that need not be one of this machine
   * ({@link TransparentSockets}).
   *
   * @param mark that its packets have, and those of its connections; 0 for none
   * @param backlog how many connections may wait to be accepted
   * @throws KernelException {@code EADDRINUSE} if another socket listens there; {@code EPERM}
   *     without {@code CAP_NET_ADMIN}
   */
  public static StreamSocket listenTransparent(InetSocketAddress address, int mark, int backlog) {
    String name = "TCP socket of " + Names.of(address);
    Fd fd = TransparentSockets.bind(TransparentSockets.SOCK_STREAM, address, mark, name);
    StreamSocket listener = new StreamSocket(fd, name);
    try {
      SystemCalls.check(ServerLibc.listen(fd.number(), backlog), "listen on " + name);
      return listener;
    } catch (KernelException refused) {
      listener.close();
      throw refused;
    }
  }

  private static StreamSocket open(int domain, String name) {
    int fd = Libc.socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return new StreamSocket(new Fd(SystemCalls.check(fd, "open a socket for " + name)), name);
  }

  /** The number that the kernel knows it by, until it is closed. */
  public int number() {
    return socket.number();
  }

  /**
   * The connection that has waited longest; null if none does.
   *
   * @throws KernelException {@code EMFILE} or {@code ENFILE} without a descriptor for it: it goes
   *     on waiting
   */
  public @Nullable StreamSocket accept() {
    while (true) {
      int fd = ServerLibc.accept4(socket.number(), SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        return new StreamSocket(new Fd(fd), name);
      }
      Errno error = SystemCalls.lastError();
      if (error == Errno.EAGAIN || error == Errno.ECONNABORTED) {
        return null;
      }
      if (error != Errno.EINTR) {
        throw new KernelException("accept a connection at " + name, error);
      }
    }
  }

  /**
   * The address of the other side of a TCP connection.
   *
   * @throws KernelException {@code ENOTCONN} if that is gone already
   */
  public InetSocketAddress peer() {
    try (Memory address = Memory.ofSize(SocketAddresses.LONGEST);
        Memory length = Memory.ofSize(Integer.BYTES)) {
      length.putInt(0, SocketAddresses.LONGEST);
      int result = ServerLibc.getpeername(socket.number(), address, length);
      SystemCalls.check(result, "ask who is connected to " + name);
      return SocketAddresses.read(address.copy(SocketAddresses.LONGEST), 0);
    }
  }

  /** The first {@code length} bytes of an option, in native byte order. */
  public ByteBuffer option(int level, int option, int length) {
    try (Memory value = Memory.ofSize(length);
        Memory size = Memory.ofSize(Integer.BYTES)) {
      size.putInt(0, length);
      int result = ServerLibc.getsockopt(socket.number(), level, option, value, size);
      SystemCalls.check(result, "read option " + option + " of a connection of " + name);
      return value.copy(length);
    }
  }

  /**
   * Receives what is there, at most {@code length} bytes, and appends the descriptors that came
   * with them to {@code fds}, at most {@code mostFds} and all closed on exec.
   *
   * @return how many bytes, 0 at the end of the stream, {@link #WOULD_WAIT} if nothing is there
   * @throws LostFdsException if descriptors came that could not be had; those of the same message
   *     that could be had are closed
   * @throws KernelException {@code ECONNRESET} if the other side has closed the connection and left
   *     bytes unread
   */
  public int receive(byte[] buffer, int offset, int length, int mostFds, List<Fd> fds) {
    int capacity = Math.min(length, MOST_BYTES_AT_ONCE);
    try (RightsMessage message = RightsMessage.forReceiving(capacity, mostFds)) {
      while (true) {
        int received = (int) Libc.recvmsg(socket.number(), message.header(), MSG_CMSG_CLOEXEC);
        if (received >= 0) {
          takeFds(message, mostFds, fds);
          message.copyBytes(buffer, offset, received);
          return received;
        }
        Errno error = SystemCalls.lastError();
        if (error == Errno.EAGAIN) {
          return WOULD_WAIT;
        }
        if (error != Errno.EINTR) {
          throw new KernelException("receive on " + name, error);
        }
      }
    }
  }

  private void takeFds(RightsMessage message, int most, List<Fd> fds) {
    List<Fd> taken = new ArrayList<>(0);
    int count = message.takeFds(taken);
    if (message.controlTruncated()) {
      for (Fd fd : taken) {
        fd.close();
      }
      throw new LostFdsException("receive descriptors on " + name, count, most);
    }
    fds.addAll(taken);
  }

  /**
   * Sends as many bytes as there is room for; the descriptors go with the first of them and stay
   * open here. Never raises {@code SIGPIPE}.
   *
   * @return how many bytes, at least one, or {@link #WOULD_WAIT} if there is no room
   * @throws KernelException {@code EPIPE} or {@code ECONNRESET} if the other side is gone
   */
  public int send(byte[] bytes, int offset, int length, List<Fd> fds) {
    int count = Math.min(length, MOST_BYTES_AT_ONCE);
    try (RightsMessage message = RightsMessage.forSending(bytes, offset, count, fds)) {
      while (true) {
        int sent = (int) Libc.sendmsg(socket.number(), message.header(), MSG_NOSIGNAL);
        if (sent >= 0) {
          return sent;
        }
        Errno error = SystemCalls.lastError();
        if (error == Errno.EAGAIN) {
          return WOULD_WAIT;
        }
        if (error != Errno.EINTR) {
          throw new KernelException("send on " + name, error);
        }
      }
    }
  }

  /** Waits until there is something to receive, be it the end; false after the time. */
  public boolean awaitReadable(Duration timeout) {
    return Readiness.await(socket, Readiness.POLLIN, timeout, name);
  }

  /** Waits until there is room to send, or the other side is gone; false after the time. */
  public boolean awaitWritable(Duration timeout) {
    return Readiness.await(socket, Readiness.POLLOUT, timeout, name);
  }

  @Override
  public void close() {
    socket.close();
  }
}
