package io.kindnet.netlink.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;

/** Asks an echo server once. */
final class EchoClient {
  private static final byte[] QUESTION = "who?\n".getBytes(UTF_8);
  private static final int LARGEST_REPLY = 512;

  private EchoClient() {}

  /** The line that the server answers. */
  static String ask(EchoRequest request) throws IOException {
    return switch (request.transport()) {
      case TCP -> askTcp(request);
      case UDP -> askUdp(request);
    };
  }

  private static String askTcp(EchoRequest request) throws IOException {
    int timeout = (int) request.timeout().toMillis();
    try (SocketChannel channel =
            SocketChannel.open(EchoServer.family(request.destination().getAddress()));
        Socket socket = channel.socket()) {
      socket.setReuseAddress(true);
      socket.bind(request.source());
      socket.connect(request.destination(), timeout);
      socket.setSoTimeout(timeout);
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      String line = reader.readLine();
      if (line == null) {
        throw new EOFException("connected, then closed without an answer");
      }
      return line;
    }
  }

  private static String askUdp(EchoRequest request) throws IOException {
    try (DatagramChannel channel =
            DatagramChannel.open(EchoServer.family(request.destination().getAddress()));
        DatagramSocket socket = channel.socket()) {
      socket.setReuseAddress(true);
      socket.bind(request.source());
      // Connected, so that "port unreachable" comes back as an error.
      socket.connect(request.destination());
      socket.setSoTimeout((int) request.timeout().toMillis());
      socket.send(new DatagramPacket(QUESTION, QUESTION.length));
      DatagramPacket reply = new DatagramPacket(new byte[LARGEST_REPLY], LARGEST_REPLY);
      socket.receive(reply);
      return new String(reply.getData(), 0, reply.getLength(), UTF_8).strip();
    }
  }
}
