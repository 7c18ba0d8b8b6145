package io.kindnet.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A name server as a process: each query for a name is answered with the address 192.0.2.N, where N
 * is how often the name was asked for, to be cached for an hour.
 */
final class NameServer {
  private static final int HEADER = 12;
  private static final int TTL_SECONDS = 3600;

  private NameServer() {}

  /** Serves at the address in the only argument, over UDP. */
  public static void main(String[] arguments) throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    try (DatagramSocket socket = new DatagramSocket(53, InetAddress.ofLiteral(arguments[0]))) {
      DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
      while (true) {
        packet.setLength(4096);
        socket.receive(packet);
        byte[] query = Arrays.copyOf(packet.getData(), packet.getLength());
        int end = endOfQuestion(query);
        if (end > 0) {
          byte[] answer = answer(query, end, counts);
          socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      }
    }
  }

  /** Behind the only question (RFC 1035, 4.1.2); 0 for what is no query. */
  private static int endOfQuestion(byte[] query) {
    int at = HEADER;
    while (at < query.length && query[at] != 0) {
      at += 1 + (query[at] & 0xff);
    }
    int end = at + 5; // the root, type and class
    return end <= query.length ? end : 0;
  }

  private static byte[] answer(byte[] query, int end, Map<String, Integer> counts) {
    String question = new String(query, HEADER, end - HEADER, ISO_8859_1);
    int count = counts.merge(question, 1, Integer::sum);
    ByteBuffer answer = ByteBuffer.allocate(end + 16);
    answer.put(query, 0, end);
    answer.putShort(2, (short) 0x8580); // an authoritative answer
    answer.putShort(4, (short) 1).putShort(6, (short) 1).putInt(8, 0); // one question, one record
    answer.putShort((short) 0xc00c).putShort((short) 1).putShort((short) 1); // the same name, A, IN
    answer.putInt(TTL_SECONDS).putShort((short) 4);
    answer.put(new byte[] {(byte) 192, 0, 2, (byte) count});
    return answer.array();
  }
}
