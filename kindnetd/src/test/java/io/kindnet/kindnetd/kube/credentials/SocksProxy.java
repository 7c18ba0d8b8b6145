package io.kindnet.kindnetd.kube.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A SOCKS5 proxy (RFC 1928) on 127.0.0.1 that leads to one port of it, whoever is asked for. */
final class SocksProxy implements AutoCloseable {
  private static final int NAME = 3;

  private final ServerSocket listening;
  private final int target;
  private final List<String> hosts = new CopyOnWriteArrayList<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());

  SocksProxy(int target) throws IOException {
    this.target = target;
    listening = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Names that clients have asked for. */
  List<String> hosts() {
    return hosts;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException closed) {
      // the end
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      DataInputStream in = new DataInputStream(client.getInputStream());
      OutputStream out = client.getOutputStream();
      in.readByte(); // version
      in.skipNBytes(in.readUnsignedByte());
      out.write(new byte[] {5, 0});
      in.skipNBytes(3);
      int type = in.readUnsignedByte();
      byte[] host = new byte[type == NAME ? in.readUnsignedByte() : 4];
      in.readFully(host);
      if (type == NAME) {
        hosts.add(new String(host, UTF_8));
      }
      in.skipNBytes(2);
      out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
      threads.execute(() -> copy(server, client));
      in.transferTo(server.getOutputStream());
    } catch (IOException closed) {
      // the end
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException closed) {
      // the end
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    threads.shutdownNow();
  }
}
