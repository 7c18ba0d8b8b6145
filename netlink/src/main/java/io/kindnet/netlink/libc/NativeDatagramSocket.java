package io.kindnet.netlink.libc;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket of a family whose addresses are plain bytes, with buffers of its own outside
 * the heap. For one thread that sends and one that receives.
 */
public final class NativeDatagramSocket implements AutoCloseable {
  /** What {@link #receive} answers: how much, from whom, and whether all of it fitted. */
  public record Datagram(ByteBuffer bytes, ByteBuffer source, boolean truncated) {}

  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1; // asm-generic/socket.h
  private static final int SO_ATTACH_FILTER = 26;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;
  private static final short POLLIN = 1;
  private static final int ADDRESS_LENGTH = 128; // sizeof(struct sockaddr_storage)

  private final Fd socket;
  private final String name;
  private final MessageHeader sending = new MessageHeader(ADDRESS_LENGTH);
  private final MessageHeader receiving = new MessageHeader(ADDRESS_LENGTH);
  private final Memory pollFds = Memory.ofSize(16);
  private Memory sendBuffer = Memory.ofSize(4096);
  private Memory receiveBuffer = Memory.ofSize(32768);

  private NativeDatagramSocket(Fd socket, String name) {
    this.socket = socket;
    this.name = name;
  }

  /**
   * Opens a socket in the network namespace of the calling thread; it stays there whichever thread
   * uses it.
   *
   * @param domain the address family, such as {@code AF_NETLINK}
   * @param protocol the protocol within the family
   * @param name what the message of an error calls it
   */
  public static NativeDatagramSocket open(int domain, int protocol, String name) {
    return open(domain, SOCK_DGRAM, protocol, name);
  }

  /** The same for packets with their headers, {@code SOCK_RAW}. */
  public static NativeDatagramSocket openRaw(int domain, int protocol, String name) {
    return open(domain, SOCK_RAW, protocol, name);
  }

  private static NativeDatagramSocket open(int domain, int type, int protocol, String name) {
    int fd = Libc.socket(domain, type | SOCK_CLOEXEC, protocol);
    return new NativeDatagramSocket(new Fd(SystemCalls.check(fd, "open " + name)), name);
  }

  /** Binds to {@code address}, a {@code struct sockaddr} of the family. */
  public void bind(byte[] address) {
    try (Memory memory = Memory.ofSize(address.length)) {
      memory.put(0, address, 0, address.length);
      SystemCalls.check(Libc.bind(socket.number(), memory, address.length), "bind " + name);
    }
  }

  /** The address that the socket is bound to, a {@code struct sockaddr} in native byte order. */
  public ByteBuffer localAddress() {
    try (Memory memory = Memory.ofSize(ADDRESS_LENGTH);
        Memory length = Memory.ofSize(Integer.BYTES)) {
      length.putInt(0, ADDRESS_LENGTH);
      SystemCalls.check(
          Libc.getsockname(socket.number(), memory, length), "read the address of " + name);
      return memory.copy(length.getInt(0));
    }
  }

  /**
   * Sets an option that is an {@code int}.
   *
   * @throws KernelException {@code ENOPROTOOPT} if the kernel does not know it
   */
  public void option(int level, int option, int value) {
    try (Memory memory = Memory.ofSize(Integer.BYTES)) {
      memory.putInt(0, value);
      int result = Libc.setsockopt(socket.number(), level, option, memory, Integer.BYTES);
      SystemCalls.check(result, "set option " + option + " of " + name);
    }
  }

  /**
   * Has the kernel throw away, before they are queued, the datagrams that have {@code value}, four
   * bytes in native byte order, at {@code offset}, and those that are too short to have anything
   * there.
   */
  public void ignore(int offset, int value) {
    attach(SocketFilter.allBut(offset, value));
  }

  /**
   * Has the kernel throw away, before they are queued, the datagrams of which {@code program}
   * returns 0.
   */
  public void filter(List<FilterInstruction> program) {
    attach(SocketFilter.of(program));
  }

  private void attach(SocketFilter attached) {
    try (SocketFilter filter = attached) {
      SystemCalls.check(
          Libc.setsockopt(
              socket.number(),
              SOL_SOCKET,
              SO_ATTACH_FILTER,
              filter.description(),
              SocketFilter.LENGTH),
          "filter what comes to " + name);
    }
  }

  /**
   * Sends the remaining bytes of {@code bytes}, a heap buffer, as one datagram to {@code
   * destination}.
   */
  public void send(ByteBuffer bytes, byte[] destination) {
    int length = bytes.remaining();
    if (sendBuffer.size() < length) {
      sendBuffer.close();
      sendBuffer = Memory.ofSize(length);
    }
    sendBuffer.put(0, bytes.array(), bytes.arrayOffset() + bytes.position(), length);
    Memory message = sending.forSending(sendBuffer, length, destination);
    while (Libc.sendmsg(socket.number(), message, 0) < 0) {
      Errno errno = SystemCalls.lastError();
      if (errno != Errno.EINTR) {
        throw new KernelException("send " + length + " bytes on " + name, errno);
      }
    }
  }

  /**
   * Receives one datagram, waiting for it. One that does not fit is lost but for its beginning, and
   * the buffer has grown for the next.
   *
   * @throws KernelException {@code ENOBUFS} if datagrams were lost because they were not read in
   *     time
   */
  public Datagram receive() {
    return Objects.requireNonNull(receive(0));
  }

  /**
   * As {@link #receive()}, but null if there is none: that is no error for who reads all there is.
   */
  public @Nullable Datagram receiveNow() {
    return receive(MSG_DONTWAIT);
  }

  /**
   * Receives as many datagrams as there are, and as {@code batch} has room for, without waiting: a
   * system call for all of them.
   *
   * @throws KernelException {@code ENOBUFS} if datagrams were lost because they were not read in
   *     time
   */
  public void receiveNow(DatagramBatch batch) {
    batch.received(0);
    while (true) {
      Memory messages = batch.forReceiving();
      int count =
          ServerLibc.recvmmsg(
              socket.number(), messages, batch.capacity(), MSG_DONTWAIT | MSG_TRUNC);
      if (count >= 0) {
        batch.received(count);
        return;
      }
      Errno errno = SystemCalls.lastError();
      if (errno == Errno.EAGAIN) {
        return;
      }
      if (errno != Errno.EINTR) {
        throw new KernelException("receive on " + name, errno);
      }
    }
  }

  private @Nullable Datagram receive(int flags) {
    while (true) {
      Memory message = receiving.forReceiving(receiveBuffer, receiveBuffer.size());
      long length = Libc.recvmsg(socket.number(), message, flags | MSG_TRUNC);
      if (length >= 0) {
        return received((int) length);
      }
      Errno errno = SystemCalls.lastError();
      if (errno == Errno.EAGAIN && flags == MSG_DONTWAIT) {
        return null;
      }
      if (errno != Errno.EINTR) {
        throw new KernelException("receive on " + name, errno);
      }
    }
  }

  private Datagram received(int length) {
    int capacity = receiveBuffer.size();
    ByteBuffer bytes = receiveBuffer.copy(Math.min(length, capacity));
    if (length > capacity) {
      receiveBuffer.close();
      receiveBuffer = Memory.ofSize(Integer.highestOneBit(length) << 1);
    }
    return new Datagram(
        bytes, receiving.address().copy(receiving.addressLength()), length > capacity);
  }

  /**
   * Waits until there is something to receive.
   *
   * @param wakeup ends the wait
   * @param timeout how long at the most, in milliseconds' precision
   * @return whether there is something; false after the time, or if {@code wakeup} was signalled
   */
  public boolean await(Wakeup wakeup, Duration timeout) {
    return await(wakeup.number(), timeout);
  }

  private boolean await(int other, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      putPollFd(0, socket.number());
      putPollFd(8, other);
      long left = Math.max(0, deadline - System.nanoTime());
      int millis = (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000);
      int ready = Libc.poll(pollFds, 2, millis);
      if (ready >= 0) {
        boolean woken = pollFds.getShort(14) != 0;
        return !woken && pollFds.getShort(6) != 0;
      }
      Errno errno = SystemCalls.lastError();
      if (errno != Errno.EINTR) {
        throw new KernelException("wait on " + name, errno);
      }
    }
  }

  /** Writes a {@code struct pollfd}. */
  private void putPollFd(int offset, int fd) {
    pollFds.putInt(offset, fd);
    pollFds.putShort(offset + 4, POLLIN);
    pollFds.putShort(offset + 6, (short) 0);
  }

  @Override
  public void close() {
    socket.close();
    sending.close();
    receiving.close();
    pollFds.close();
    sendBuffer.close();
    receiveBuffer.close();
  }
}
