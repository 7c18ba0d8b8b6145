package io.kindnet.kindnetd.dnscache;

import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Namespace;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import org.xbill.DNS.Message;

/**
 * Asks a name server from a pod, as a resolver that accepts answers from the address that it has
 * asked, and from no other.
 */
final class DnsClient {
  private static final int DEADLINE_MILLIS =
      (int) Deadlines.scaled(Duration.ofSeconds(30)).toMillis();

  private final Namespace pod;

  DnsClient(Namespace pod) {
    this.pod = pod;
  }

  /** The answer over UDP. */
  Message ask(InetAddress server, Message query) throws IOException {
    try (DatagramSocket socket = datagramSocket()) {
      socket.connect(new InetSocketAddress(server, 53));
      return ask(socket, query);
    }
  }

  /** The answer over UDP on a socket that is connected. */
  static Message ask(DatagramSocket socket, Message query) throws IOException {
    byte[] bytes = query.toWire();
    socket.send(new DatagramPacket(bytes, bytes.length));
    DatagramPacket packet = new DatagramPacket(new byte[0xffff], 0xffff);
    socket.receive(packet);
    return new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
  }

  DatagramSocket datagramSocket() {
    return DnsNode.in(
        pod,
        () -> {
          DatagramSocket socket = new DatagramSocket();
          socket.setSoTimeout(DEADLINE_MILLIS);
          return socket;
        });
  }

  /** The answer over TCP. */
  Message askOverTcp(InetAddress server, Message query) throws IOException {
    try (Socket socket = connect(server)) {
      return askOverTcp(socket, query);
    }
  }

  /** The answer on a connection. */
  static Message askOverTcp(Socket socket, Message query) throws IOException {
    return askOverTcp(socket, query, () -> {});
  }

  /** The answer on a connection; {@code meanwhile} runs when the query is sent. */
  static Message askOverTcp(Socket socket, Message query, Runnable meanwhile) throws IOException {
    byte[] bytes = query.toWire();
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    out.writeShort(bytes.length);
    out.write(bytes);
    out.flush();
    meanwhile.run();
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] answer = new byte[in.readUnsignedShort()];
    in.readFully(answer);
    return new Message(answer);
  }

  Socket connect(InetAddress server) {
    return DnsNode.in(
        pod,
        () -> {
          Socket socket = new Socket();
          socket.setSoTimeout(DEADLINE_MILLIS);
          socket.connect(new InetSocketAddress(server, 53), DEADLINE_MILLIS);
          return socket;
        });
  }
}
