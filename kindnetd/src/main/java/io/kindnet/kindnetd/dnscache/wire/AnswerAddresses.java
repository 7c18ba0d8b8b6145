package io.kindnet.kindnetd.dnscache.wire;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The addresses that an answer gives for the name that was asked for.
 *
 * @param name that was asked for, in lower case, with the final dot
 * @param addresses of its A and AAAA records, CNAME records followed; empty if it has none
 * @param seconds the smallest TTL of these records; 0 without any. One with the highest bit set is
 *     zero (RFC 2181 section 8).
 */
public record AnswerAddresses(String name, List<InetAddress> addresses, long seconds) {
  public AnswerAddresses {
    addresses = List.copyOf(addresses);
  }

  /** What is in the answer section of a message. */
  private record Row(String owner, int type, long ttl, int data, int length) {}

  /** The same for a shorter time. */
  public AnswerAddresses atMost(long mostSeconds) {
    return new AnswerAddresses(name, addresses, Math.min(seconds, mostSeconds));
  }

  /**
   * Reads an answer.
   *
   * @param message between position and limit, which stay as they are
   * @throws MessageFormatException where it is malformed, or has other than one question
   */
  public static AnswerAddresses of(ByteBuffer message) throws MessageFormatException {
    int start = message.position();
    int end = message.limit();
    if (end - start < Dns.HEADER || Octets.unsignedShort(message, start + Dns.QDCOUNT) != 1) {
      throw new MessageFormatException("an answer without one question");
    }
    int question = start + Dns.HEADER;
    String name = Names.text(message, start, question, end);
    int at = Names.end(message, start, question, end) + 4;
    List<Row> rows = new ArrayList<>();
    for (int i = Octets.unsignedShort(message, start + Dns.ANCOUNT); i > 0; i--) {
      int fields = Names.end(message, start, at, end);
      int data = fields + 10;
      if (data > end || data + Octets.unsignedShort(message, fields + 8) > end) {
        throw new MessageFormatException("the message ends within a record");
      }
      int length = Octets.unsignedShort(message, fields + 8);
      long ttl = Octets.unsignedInt(message, fields + 4);
      ttl = ttl > Integer.MAX_VALUE ? 0 : ttl;
      int type = Octets.unsignedShort(message, fields);
      if (Octets.unsignedShort(message, fields + 2) == Dns.CLASS_IN) {
        rows.add(new Row(Names.text(message, start, at, end), type, ttl, data, length));
      }
      at = data + length;
    }
    return collect(message, start, name, rows);
  }

  private static AnswerAddresses collect(ByteBuffer message, int start, String name, List<Row> rows)
      throws MessageFormatException {
    Set<String> names = new HashSet<>(Set.of(name));
    long seconds = Long.MAX_VALUE;
    // servers put aliases in their order, but nothing demands that
    for (boolean more = true; more; ) {
      more = false;
      for (Row row : rows) {
        if (row.type() == Dns.TYPE_CNAME && names.contains(row.owner())) {
          int end = row.data() + row.length();
          more |= names.add(Names.text(message, start, row.data(), end));
          seconds = Math.min(seconds, row.ttl());
        }
      }
    }
    List<InetAddress> addresses = new ArrayList<>();
    for (Row row : rows) {
      int length = row.type() == Dns.TYPE_A ? 4 : row.type() == Dns.TYPE_AAAA ? 16 : -1;
      if (row.length() == length && names.contains(row.owner())) {
        addresses.add(address(message, row));
        seconds = Math.min(seconds, row.ttl());
      }
    }
    return new AnswerAddresses(name, addresses, addresses.isEmpty() ? 0 : seconds);
  }

  private static InetAddress address(ByteBuffer message, Row row) {
    byte[] address = new byte[row.length()];
    message.get(row.data(), address);
    return IpAddresses.of(address);
  }
}
