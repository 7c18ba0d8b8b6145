package io.kindnet.netlink.libc;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A UDP socket that is bound to an address that need not be one of this machine ({@link
 * TransparentSockets}), and that receives and sends many datagrams with one system call. One thread
 * receives and sends batches; any thread sends single datagrams.
 */
public final class DatagramServer implements AutoCloseable {
  private static final int SOL_SOCKET = 1; // asm-generic/socket.h
  private static final int SO_RCVBUFFORCE = 33;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int LONGEST = 0xffff;

  private final Fd socket;
  private final String name;
  private final AddressedDatagrams single = new AddressedDatagrams(1, LONGEST);

  private DatagramServer(Fd socket, String name) {
    this.socket = socket;
    this.name = name;
  }

  /**
   * Opens one in the network namespace of the calling thread.
   *
   * @param mark that its packets have; 0 for none
   * @param receiveBuffer how many bytes of datagrams may wait to be received, as the kernel counts
   * @throws KernelException {@code EADDRINUSE} if a socket is bound to the address already; {@code
   *     EPERM} without {@code CAP_NET_ADMIN}
   */
  public static DatagramServer open(InetSocketAddress address, int mark, int receiveBuffer) {
    String name = "UDP socket of " + Names.of(address);
    Fd socket = TransparentSockets.bind(TransparentSockets.SOCK_DGRAM, address, mark, name);
    try {
      TransparentSockets.option(socket, SOL_SOCKET, SO_RCVBUFFORCE, receiveBuffer, name);
      return new DatagramServer(socket, name);
    } catch (KernelException refused) {
      socket.close();
      throw refused;
    }
  }

  /** The number that the kernel knows it by, until it is closed. */
  public int number() {
    return socket.number();
  }

  /**
   * Receives what is there, as far as {@code batch} has room.
   *
   * @return how many datagrams; 0 if none is there
   */
  public int receive(AddressedDatagrams batch) {
    batch.prepareToReceive();
    while (true) {
      int received =
          ServerLibc.recvmmsg(socket.number(), batch.header(0), batch.capacity(), MSG_DONTWAIT);
      if (received >= 0) {
        batch.received(received);
        return received;
      }
      Errno error = SystemCalls.lastError();
      if (error == Errno.EAGAIN) {
        return 0;
      }
      if (error != Errno.EINTR) {
        throw new KernelException("receive on " + name, error);
      }
    }
  }

  /**
   * Sends all of {@code batch}, which is empty then. What the kernel refuses, because there is no
   * way to its destination for one, is left out.
   *
   * @return how many were left out
   */
  public int send(AddressedDatagrams batch) {
    int refused = 0;
    int first = 0;
    while (first < batch.count()) {
      int sent =
          ServerLibc.sendmmsg(socket.number(), batch.header(first), batch.count() - first, 0);
      if (sent > 0) {
        first += sent;
      } else if (sent == 0 || SystemCalls.lastError() != Errno.EINTR) {
        refused++;
        first++;
      }
    }
    batch.clear();
    return refused;
  }

  /**
   * Sends the remaining bytes of {@code message}.
   *
   * @return whether the kernel took them
   */
  public synchronized boolean send(ByteBuffer message, InetSocketAddress destination) {
    ByteBuffer next = single.next();
    if (next == null || message.remaining() > next.remaining()) {
      return false;
    }
    next.put(message.duplicate());
    single.add(destination);
    return send(single) == 0;
  }

  /**
   * Sends the remaining bytes of {@code message} as a datagram that comes from {@code source},
   * which need not be an address of this machine: what {@code source} has sent itself, in its
   * place. In the network namespace of the calling thread.
   *
   * @throws KernelException if the kernel refuses it
   */
  public static void forward(
      InetSocketAddress source, InetSocketAddress destination, ByteBuffer message) {
    // no UDP socket: some other program may have the port, on all addresses
    String name = "raw socket of " + Names.of(source);
    byte[] datagram = UdpDatagram.of(source, destination, message);
    // of IPv6, the kernel would take the port for a protocol
    byte[] address = SocketAddresses.of(new InetSocketAddress(destination.getAddress(), 0));
    try (Fd socket = TransparentSockets.bind(TransparentSockets.SOCK_RAW, source, 0, name);
        MessageHeader header = new MessageHeader(SocketAddresses.LONGEST);
        Memory memory = Memory.ofSize(datagram.length)) {
      memory.put(0, datagram, 0, datagram.length);
      Memory prepared = header.forSending(memory, datagram.length, address);
      SystemCalls.check(
          (int) Libc.sendmsg(socket.number(), prepared, 0),
          "send to " + Names.of(destination) + " on " + name);
    }
  }

  @Override
  public synchronized void close() {
    socket.close();
  }
}
