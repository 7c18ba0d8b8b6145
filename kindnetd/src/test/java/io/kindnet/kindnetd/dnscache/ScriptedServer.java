package io.kindnet.kindnetd.dnscache;

import io.kindnet.netlink.testing.Deadlines;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;

/** A name server on the loopback interface that answers what a test tells it, when it does. */
public final class ScriptedServer implements AutoCloseable {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(30));

  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private final List<Thread> listeners = new CopyOnWriteArrayList<>();
  private volatile Consumer<Asked> script = asked::add;

  private ScriptedServer(DatagramSocket udp, ServerSocket tcp) {
    this.udp = udp;
    this.tcp = tcp;
  }

  /** Starts one, on a port that is free for both UDP and TCP. */
  public static ScriptedServer start() throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    while (true) {
      ServerSocket tcp = new ServerSocket(0, 50, loopback);
      try {
        return serve(new DatagramSocket(tcp.getLocalPort(), loopback), tcp);
      } catch (IOException e) {
        tcp.close(); // somebody else has the other one
      }
    }
  }

  /** Starts one at an address of the network namespace of the calling thread. */
  public static ScriptedServer start(InetSocketAddress address) throws IOException {
    ServerSocket tcp = new ServerSocket(address.getPort(), 50, address.getAddress());
    try {
      return serve(new DatagramSocket(address), tcp);
    } catch (IOException refused) {
      tcp.close();
      throw refused;
    }
  }

  private static ScriptedServer serve(DatagramSocket udp, ServerSocket tcp) throws IOException {
    udp.setReceiveBufferSize(4 << 20);
    ScriptedServer server = new ScriptedServer(udp, tcp);
    server.listeners.add(Thread.ofPlatform().daemon().start(server::receive));
    server.listeners.add(Thread.ofPlatform().daemon().start(server::accept));
    return server;
  }

  /** A query that has come. */
  public final class Asked {
    private final byte[] bytes;
    private final SocketAddress from;
    private final @Nullable DataOutputStream stream;

    private Asked(byte[] bytes, SocketAddress from, @Nullable DataOutputStream stream) {
      this.bytes = bytes;
      this.from = from;
      this.stream = stream;
    }

    public byte[] bytes() {
      return bytes;
    }

    public boolean overTcp() {
      return stream != null;
    }

    public Message message() {
      try {
        return new Message(bytes);
      } catch (IOException e) {
        throw new AssertionError("a query that dnsjava cannot read", e);
      }
    }

    public SocketAddress from() {
      return from;
    }

    public void answer(Message message) {
      answer(message.toWire());
    }

    public void answer(byte[] message) {
      try {
        if (stream == null) {
          udp.send(new DatagramPacket(message, message.length, from));
        } else {
          synchronized (stream) {
            stream.writeShort(message.length);
            stream.write(message);
            stream.flush();
          }
        }
      } catch (IOException e) {
        // who has asked does not wait any more
      }
    }

    /** Answers over UDP from another port. */
    public void answerFromElsewhere(byte[] message) throws IOException {
      try (DatagramSocket other = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
        other.send(new DatagramPacket(message, message.length, from));
      }
    }

    /** Closes the connection. */
    public void hangUp() throws IOException {
      Objects.requireNonNull(stream, "not over TCP").close();
    }
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) udp.getLocalSocketAddress();
  }

  /** Has queries answered at once, instead of by the test. */
  public void script(Consumer<Asked> answer) {
    script = answer;
  }

  /** The next query, for which the test waits. */
  public Asked next() throws InterruptedException {
    Asked next = asked.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    if (next == null) {
      throw new AssertionError("the server was not asked");
    }
    return next;
  }

  /** How many queries have come that the test has not taken. */
  public int waiting() {
    return asked.size();
  }

  /** How many connections there were. */
  public int connections() {
    return connections.get();
  }

  private void receive() {
    byte[] buffer = new byte[65535];
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    try {
      while (true) {
        packet.setLength(buffer.length);
        udp.receive(packet);
        byte[] bytes = Arrays.copyOf(buffer, packet.getLength());
        script.accept(new Asked(bytes, packet.getSocketAddress(), null));
      }
    } catch (IOException closed) {
      // the test has ended
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = tcp.accept();
        connections.incrementAndGet();
        accepted.add(socket);
        Thread.ofPlatform().daemon().start(() -> read(socket));
      }
    } catch (IOException closed) {
      // the test has ended
    }
  }

  private void read(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      while (true) {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        script.accept(new Asked(bytes, socket.getRemoteSocketAddress(), out));
      }
    } catch (IOException closed) {
      // by the other side, or by the test's end
    }
  }

  /**
   * Closes its ports, and returns when they are closed: after {@link DatagramSocket#close} the
   * kernel keeps a socket as long as a thread is still about to leave {@link
   * DatagramSocket#receive}, and what is sent to it meanwhile is lost.
   */
  @Override
  public void close() throws IOException {
    udp.close();
    tcp.close();
    for (Thread listener : listeners) {
      awaitEnd(listener);
    }
    for (Socket socket : accepted) {
      socket.close();
    }
  }

  private static void awaitEnd(Thread listener) throws InterruptedIOException {
    try {
      if (!listener.join(DEADLINE)) {
        throw new AssertionError("a script does not come to its end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("while waiting for the ports to be closed");
    }
  }
}
