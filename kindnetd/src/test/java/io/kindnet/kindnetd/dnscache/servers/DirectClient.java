package io.kindnet.kindnetd.dnscache.servers;

import io.kindnet.kindnetd.dnscache.wire.Transport;
import io.kindnet.netlink.testing.Deadlines;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import org.xbill.DNS.Message;

/** Asks a server without any cache, as it is told to, and believes what comes. */
final class DirectClient {
  private static final int DEADLINE = (int) Deadlines.scaled(Duration.ofSeconds(20)).toMillis();

  private DirectClient() {}

  static Message ask(InetSocketAddress server, Message query, Transport transport)
      throws IOException {
    return new Message(
        transport == Transport.TCP
            ? overTcp(server, query.toWire())
            : overUdp(server, query.toWire()));
  }

  private static byte[] overUdp(InetSocketAddress server, byte[] query) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(server);
      socket.setSoTimeout(DEADLINE);
      socket.send(new DatagramPacket(query, query.length));
      DatagramPacket answer = new DatagramPacket(new byte[65535], 65535);
      socket.receive(answer);
      return Arrays.copyOf(answer.getData(), answer.getLength());
    }
  }

  private static byte[] overTcp(InetSocketAddress server, byte[] query) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(server, DEADLINE);
      socket.setSoTimeout(DEADLINE);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      byte[] framed = new byte[query.length + 2];
      framed[0] = (byte) (query.length >> 8);
      framed[1] = (byte) query.length;
      System.arraycopy(query, 0, framed, 2, query.length);
      out.write(framed);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readUnsignedShort()];
      in.readFully(answer);
      return answer;
    }
  }
}
