package io.kindnet.kube.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Relays TCP connections between 127.0.0.1 and a port of it. Can leave the present ones half open:
 * both sides go on believing in them, and nothing arrives any more.
 */
public final class FreezableRelay implements AutoCloseable {
  private final ServerSocket listening;
  private final int target;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("relay-", 0).factory());

  /**
   * @param target the port on 127.0.0.1 to which it leads
   */
  public FreezableRelay(int target) throws IOException {
    this.target = target;
    listening = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  /** The port on which it listens. */
  public int port() {
    return listening.getLocalPort();
  }

  /** How many connections there have been. */
  public int accepted() {
    return accepted.get();
  }

  /** Leaves all present connections half open; new ones work. */
  public void freeze() {
    connections.forEach(connection -> connection.frozen = true);
  }

  private void accept() {
    try {
      while (true) {
        Connection connection =
            new Connection(
                listening.accept(), new Socket(InetAddress.getLoopbackAddress(), target));
        accepted.incrementAndGet();
        connections.add(connection);
        threads.execute(() -> connection.copy(connection.client, connection.server));
        threads.execute(() -> connection.copy(connection.server, connection.client));
      }
    } catch (IOException closed) {
      // the end
    }
  }

  private static final class Connection {
    private final Socket client;
    private final Socket server;
    private volatile boolean frozen;

    Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    private void copy(Socket from, Socket to) {
      byte[] buffer = new byte[1 << 14];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          if (!frozen) {
            out.write(buffer, 0, count);
          }
        }
        if (!frozen) {
          to.shutdownOutput();
        }
      } catch (IOException closed) {
        // the end
      }
    }

    void close() throws IOException {
      client.close();
      server.close();
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Connection connection : connections) {
      connection.close();
    }
    threads.shutdownNow();
  }
}
