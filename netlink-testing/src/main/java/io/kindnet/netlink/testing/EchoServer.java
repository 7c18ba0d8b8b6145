package io.kindnet.netlink.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Answers each connection and each datagram with its name and the peer's address and port. */
final class EchoServer {
  private static final int LARGEST_REQUEST = 512;

  private final String name;

  EchoServer(String name) {
    this.name = name;
  }

  /** Binds {@code address} and serves it on a thread of its own. */
  void listen(Transport transport, InetSocketAddress address) throws IOException {
    switch (transport) {
      case TCP -> {
        ServerSocketChannel channel = ServerSocketChannel.open(family(address.getAddress()));
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(address);
        serve(() -> accept(channel));
      }
      case UDP -> {
        DatagramChannel channel = DatagramChannel.open(family(address.getAddress()));
        channel.bind(address);
        serve(() -> receive(channel));
      }
    }
  }

  static ProtocolFamily family(InetAddress address) {
    return address.getAddress().length == 4
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  private void accept(ServerSocketChannel channel) throws IOException {
    while (true) {
      SocketChannel connection = channel.accept();
      serve(() -> answer(connection));
    }
  }

  private void answer(SocketChannel connection) throws IOException {
    try (connection) {
      connection.write(reply((InetSocketAddress) connection.getRemoteAddress()));
      // The client closes first, so that no port of this server waits in TIME_WAIT.
      ByteBuffer rest = ByteBuffer.allocate(LARGEST_REQUEST);
      while (connection.read(rest) >= 0) {
        rest.clear();
      }
    }
  }

  private void receive(DatagramChannel channel) throws IOException {
    ByteBuffer request = ByteBuffer.allocate(LARGEST_REQUEST);
    while (true) {
      InetSocketAddress peer = (InetSocketAddress) channel.receive(request.clear());
      channel.send(reply(peer), peer);
    }
  }

  private ByteBuffer reply(InetSocketAddress peer) {
    EchoReply reply = new EchoReply(name, peer.getAddress(), peer.getPort());
    return ByteBuffer.wrap((reply.toLine() + "\n").getBytes(UTF_8));
  }

  private interface Service {
    void run() throws IOException;
  }

  private static void serve(Service service) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            service.run();
          } catch (IOException peerGone) {
            // The client of this connection sees it, too, and reports it.
          }
        });
  }
}
