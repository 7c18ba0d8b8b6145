package io.kindnet.kindnetd.nat64;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Many connections at once, as processes: {@code serve ADDRESS PORT} sends back what comes in;
 * {@code open ADDRESS PORT COUNT} opens connections to one, and asks on each of them for each line
 * of its input.
 */
final class EchoConnections {
  private static final int BACKLOG = 1024;
  private static final int TIMEOUT_MILLIS = 120_000;

  private EchoConnections() {}

  public static void main(String[] arguments) throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.ofLiteral(arguments[1]), Integer.parseInt(arguments[2]));
    if (arguments[0].equals("serve")) {
      serve(address);
    } else {
      open(address, Integer.parseInt(arguments[3]));
    }
  }

  /** On one thread: ten thousand would not fit the memory of such a process. */
  private static void serve(InetSocketAddress address) throws IOException {
    try (Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(address, BACKLOG).configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
      System.out.println("ready");
      ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
      while (true) {
        selector.select(key -> {
          try {
            if (key.isAcceptable()) {
              accept(server, selector);
            } else {
              echo(key, buffer);
            }
          } catch (IOException broken) {
            key.cancel();
          }
        });
      }
    }
  }

  private static void accept(ServerSocketChannel server, Selector selector) throws IOException {
    for (SocketChannel next = server.accept(); next != null; next = server.accept()) {
      next.configureBlocking(false);
      next.register(selector, SelectionKey.OP_READ);
    }
  }

  private static void echo(SelectionKey key, ByteBuffer buffer) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    buffer.clear();
    if (channel.read(buffer) < 0) {
      channel.close();
      return;
    }
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static void open(InetSocketAddress address, int count) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Socket socket = new Socket();
      socket.connect(address, TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      sockets.add(socket);
    }
    System.out.println("open " + sockets.size());
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    int round = 0;
    while (orders.readLine() != null) {
      round = (round + 1) % 256;
      System.out.println("answered " + ask(sockets, round));
    }
  }

  private static int ask(List<Socket> sockets, int round) throws IOException {
    for (Socket socket : sockets) {
      socket.getOutputStream().write(round);
    }
    int answered = 0;
    for (Socket socket : sockets) {
      answered += socket.getInputStream().read() == round ? 1 : 0;
    }
    return answered;
  }

  /** A process with connections, to be asked. */
  record Client(Process process, BufferedReader output, BufferedWriter orders) {
    static Client of(Process process) {
      return new Client(process, process.inputReader(UTF_8), process.outputWriter(UTF_8));
    }

    /** What it says next. */
    String next() throws IOException {
      return String.valueOf(output.readLine());
    }

    /** Asks on each connection; what it says of the answers. */
    String ask() throws IOException {
      orders.write("ask\n");
      orders.flush();
      return next();
    }
  }
}
