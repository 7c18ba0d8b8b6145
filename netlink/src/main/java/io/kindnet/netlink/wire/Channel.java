package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_CAP_ACK;
import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_EXT_ACK;
import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_GET_STRICT_CHK;
import static io.kindnet.netlink.wire.NetlinkConstants.SOL_NETLINK;

import io.kindnet.netlink.libc.DatagramBatch;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.NativeDatagramSocket;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Datagrams to and from the kernel. */
final class Channel implements AutoCloseable {
  private static final int SOL_SOCKET = 1; // asm-generic/socket.h
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int RECEIVE_BUFFER = 1 << 20;
  private static final int DEFAULT_SEND_BUFFER = 128 * 1024;

  private final NativeDatagramSocket socket;
  private final byte[] kernel = NetlinkAddress.any();
  private int sendBuffer = DEFAULT_SEND_BUFFER;
  private @Nullable MessageListener listener;

  private Channel(NativeDatagramSocket socket) {
    this.socket = socket;
  }

  static Channel open(int protocol) {
    return open(protocol, RECEIVE_BUFFER);
  }

  static Channel open(int protocol, int receiveBuffer) {
    NativeDatagramSocket socket =
        NativeDatagramSocket.open(NetlinkAddress.AF_NETLINK, protocol, "netlink socket");
    try {
      socket.option(SOL_NETLINK, NETLINK_EXT_ACK, 1);
      socket.option(SOL_NETLINK, NETLINK_CAP_ACK, 1);
      socket.option(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
      socket.bind(NetlinkAddress.any());
      Channel channel = new Channel(socket);
      channel.bufferSize(SO_RCVBUFFORCE, SO_RCVBUF, receiveBuffer);
      return channel;
    } catch (KernelException e) {
      socket.close();
      throw e;
    }
  }

  void listener(MessageListener newListener) {
    listener = newListener;
  }

  /** The number that the kernel gave to this socket. */
  int portId() {
    return NetlinkAddress.portId(socket.localAddress());
  }

  NativeDatagramSocket socket() {
    return socket;
  }

  void send(ByteBuffer message) {
    if (message.remaining() > sendBuffer) {
      sendBuffer = message.remaining();
      bufferSize(SO_SNDBUFFORCE, SO_SNDBUF, sendBuffer);
    }
    if (listener != null) {
      byte[] copy = new byte[message.remaining()];
      message.get(message.position(), copy);
      listener.datagram("sent", copy);
    }
    socket.send(message, kernel);
  }

  /**
   * The messages of the next datagram, without waiting: the kernel answers a request before the
   * call that sent it returns.
   *
   * @throws KernelException {@code EAGAIN} if there is none, {@code ENOBUFS} if some were lost
   */
  List<NetlinkMessage> receive() {
    List<NetlinkMessage> messages = receiveIfAny();
    if (messages == null) {
      throw new KernelException("receive on netlink socket", Errno.EAGAIN);
    }
    return messages;
  }

  /**
   * As {@link #receive}, but null if there is no datagram.
   *
   * @throws KernelException {@code ENOBUFS} if some were lost
   */
  @Nullable List<NetlinkMessage> receiveIfAny() {
    while (true) {
      NativeDatagramSocket.Datagram datagram = socket.receiveNow();
      if (datagram == null) {
        return null;
      }
      if (!NetlinkAddress.isKernel(datagram.source())) {
        continue;
      }
      if (listener != null) {
        listener.datagram("received", datagram.bytes().array().clone());
      }
      if (datagram.truncated()) {
        throw new TruncatedDatagramException();
      }
      return NetlinkMessage.parse(datagram.bytes());
    }
  }

  /**
   * Receives what is there, as far as {@code batch} has room for it, without waiting.
   *
   * @throws KernelException {@code ENOBUFS} if some were lost
   */
  void receive(DatagramBatch batch) {
    socket.receiveNow(batch);
  }

  /** Throws away what was not read yet: answers to a request that was given up. */
  void drain() {
    boolean left = true;
    while (left) {
      try {
        left = socket.receiveNow() != null;
      } catch (KernelException e) {
        left = e.errno() == Errno.ENOBUFS;
      }
    }
  }

  /** Beyond the system's limit where this process may, else as far as it goes. */
  private void bufferSize(int forceOption, int option, int bytes) {
    try {
      socket.option(SOL_SOCKET, forceOption, bytes);
    } catch (KernelException e) {
      if (e.errno() != Errno.EPERM) {
        throw e;
      }
      socket.option(SOL_SOCKET, option, bytes);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
