package io.kindnet.kindnetd.networkpolicy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Sockets of this process in the network namespaces of pods: servers that echo, and clients. */
public final class PodSockets implements AutoCloseable {
  /** Long enough for what comes, however busy the machine is. */
  private static final Duration PATIENT = Duration.ofSeconds(30);

  /** What must not come would be here long before. */
  private static final Duration SHORT = Duration.ofMillis(300);

  private static final byte[] QUESTION = "who?".getBytes(UTF_8);

  private final List<AutoCloseable> open = new ArrayList<>();

  /** What becomes of something that was sent. */
  enum Outcome {
    ANSWERED,
    UNREACHABLE,
    SILENCE
  }

  private static <T> T in(Namespace namespace, Callable<T> call) {
    try (NetworkNamespace entered = NetworkNamespace.open(namespace.path().toString())) {
      return entered.call(call);
    }
  }

  private static InetSocketAddress address(String address, int port) {
    return new InetSocketAddress(IpAddresses.parse(address), port);
  }

  /** Serves TCP and UDP of both families at {@code port}. */
  public void serve(Namespace namespace, int port) {
    ServerSocketChannel tcp =
        in(namespace, () -> ServerSocketChannel.open().bind(new InetSocketAddress("::", port), 50));
    DatagramSocket udp = in(namespace, () -> new DatagramSocket(new InetSocketAddress("::", port)));
    open.add(tcp);
    open.add(udp);
    Thread.ofPlatform().daemon().name("tcp of " + namespace).start(() -> accept(tcp));
    Thread.ofPlatform().daemon().name("udp of " + namespace).start(() -> echo(udp));
  }

  private static void accept(ServerSocketChannel server) {
    while (server.isOpen()) {
      try {
        SocketChannel connection = server.accept();
        Thread.ofVirtual().start(() -> echo(connection));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void echo(SocketChannel connection) {
    ByteBuffer buffer = ByteBuffer.allocate(64);
    try (connection) {
      while (connection.read(buffer) >= 0) {
        connection.write(buffer.flip());
        buffer.clear();
      }
    } catch (IOException ended) {
      // by the other side
    }
  }

  private static void echo(DatagramSocket socket) {
    DatagramPacket packet = new DatagramPacket(new byte[64], 64);
    while (!socket.isClosed()) {
      try {
        socket.receive(packet);
        socket.send(packet);
      } catch (IOException closedOrDenied) {
        // goes on unless it is closed
      }
    }
  }

  /** Whether a connection comes about and is answered. */
  public boolean connects(Namespace from, String to, int port, boolean expected) {
    try (Connection connection = connect(from, to, port, expected ? PATIENT : SHORT)) {
      return connection.asks(expected);
    } catch (IOException none) {
      return false;
    }
  }

  /** A connection that stays. */
  Connection connect(Namespace from, String to, int port) throws IOException {
    Connection connection = connect(from, to, port, PATIENT);
    open.add(connection);
    return connection;
  }

  private static Connection connect(Namespace from, String to, int port, Duration timeout)
      throws IOException {
    SocketChannel channel = in(from, SocketChannel::open);
    try {
      channel.socket().connect(address(to, port), (int) timeout.toMillis());
      return new Connection(channel);
    } catch (IOException refused) {
      channel.close();
      throw refused;
    }
  }

  /** A connection over TCP. */
  static final class Connection implements AutoCloseable {
    private final SocketChannel channel;

    private Connection(SocketChannel channel) {
      this.channel = channel;
    }

    /** Whether what is sent comes back. */
    boolean asks(boolean expected) throws IOException {
      channel.socket().setSoTimeout((int) (expected ? PATIENT : SHORT).toMillis());
      channel.socket().getOutputStream().write(QUESTION);
      try {
        return channel.socket().getInputStream().readNBytes(QUESTION.length).length > 0;
      } catch (SocketTimeoutException silence) {
        return false;
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Sends a datagram. */
  Outcome sends(Namespace from, String to, int port, Outcome expected) {
    try (DatagramSocket socket = in(from, () -> new DatagramSocket(null))) {
      return asks(socket, to, port, expected);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** A socket for datagrams that stays, so that all that it sends to one place is one flow. */
  DatagramSocket flow(Namespace from) {
    DatagramSocket socket = in(from, () -> new DatagramSocket(0));
    open.add(socket);
    return socket;
  }

  /** Sends a datagram by {@code socket}. */
  Outcome asks(DatagramSocket socket, String to, int port, Outcome expected) throws IOException {
    if (!socket.isConnected()) {
      socket.connect(address(to, port));
    }
    boolean silence = expected == Outcome.SILENCE;
    socket.setSoTimeout((int) (silence ? SHORT : PATIENT).toMillis());
    try {
      socket.send(new DatagramPacket(QUESTION, QUESTION.length));
      socket.receive(new DatagramPacket(new byte[64], 64));
      return Outcome.ANSWERED;
    } catch (SocketTimeoutException nothing) {
      return Outcome.SILENCE;
    } catch (PortUnreachableException error) {
      return Outcome.UNREACHABLE;
    }
  }

  @Override
  public void close() {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception failure) {
        throw new AssertionError(failure);
      }
    }
  }
}
