package io.kindnet.kindnetd.dnscache.wire;

/** What can be said of a whole message without reading all of it. */
public final class Messages {
  private Messages() {}

  public static int id(byte[] message) {
    return Octets.unsignedShort(message, 0);
  }

  public static void setId(byte[] message, int id) {
    message[0] = (byte) (id >> 8);
    message[1] = (byte) id;
  }

  /** The code of RFC 1035 section 4.1.1. */
  public static int code(byte[] message) {
    return message[3] & Dns.RCODE;
  }

  public static boolean truncated(byte[] message) {
    return (message[2] & (Dns.TC >> 8)) != 0;
  }

  /**
   * Whether a message may be the answer to a query by its header and, as RFC 5452 section 4.2
   * demands, by its question. Servers that could not read the query leave out the question.
   *
   * @param query with at least a header
   * @param answer whatever has come
   */
  public static boolean answers(byte[] query, byte[] answer) {
    if (answer.length < Dns.HEADER
        || (answer[2] & 0x80) == 0
        || ((answer[2] ^ query[2]) & (Dns.OPCODE >> 8)) != 0) {
      return false;
    }
    if (questions(query) != 1) {
      return true;
    }
    if (questions(answer) == 0) {
      return code(answer) != 0;
    }
    int end = questionEnd(query);
    return end < 0 || (questions(answer) == 1 && sameQuestion(query, answer, end, true));
  }

  /**
   * Whether the question of an answer has letters of the same case as that of the query, which
   * hardly any server changes, and who has not seen the query cannot know.
   *
   * @param answer that {@link #answers} the query
   */
  public static boolean sameCase(byte[] query, byte[] answer) {
    int end = questionEnd(query);
    return end < 0 || questions(answer) != 1 || sameQuestion(query, answer, end, false);
  }

  private static boolean sameQuestion(byte[] query, byte[] answer, int end, boolean ignoreCase) {
    if (answer.length < end) {
      return false;
    }
    for (int i = Dns.HEADER; i < end; i++) {
      boolean same =
          (ignoreCase && i < end - 4)
              ? Octets.lowerCase(query[i]) == Octets.lowerCase(answer[i])
              : query[i] == answer[i];
      if (!same) {
        return false;
      }
    }
    return true;
  }

  private static int questions(byte[] message) {
    return Octets.unsignedShort(message, Dns.QDCOUNT);
  }

  /** Behind the first question; -1 where its name is malformed, or compressed. */
  private static int questionEnd(byte[] query) {
    int at = Dns.HEADER;
    while (at < query.length && query[at] > 0) {
      at += query[at] + 1;
    }
    return at + 5 > query.length || query[at] != 0 ? -1 : at + 5;
  }

  /** Whether a query is one question of class IN that brings no records as an answer of its own. */
  public static boolean isOneQuestion(byte[] query) {
    if (query.length < Dns.HEADER
        || (query[2] & ((Dns.QR | Dns.OPCODE) >> 8)) != 0
        || questions(query) != 1
        || Octets.unsignedShort(query, Dns.ANCOUNT) != 0
        || Octets.unsignedShort(query, Dns.NSCOUNT) != 0) {
      return false;
    }
    int end = questionEnd(query);
    return end >= 0 && Octets.unsignedShort(query, end - 2) == Dns.CLASS_IN;
  }

  /** Whether the query is for a transfer of a zone, whose answer may have many messages. */
  public static boolean isTransfer(byte[] query) {
    int end = query.length >= Dns.HEADER ? questionEnd(query) : -1;
    int type = end < 0 ? 0 : Octets.unsignedShort(query, end - 4);
    return type == Dns.TYPE_AXFR || type == Dns.TYPE_IXFR;
  }

  /** A question that any server answers, in whichever way: which are the servers of the root. */
  public static byte[] rootQuestion() {
    return new byte[] {0, 0, Dns.RD >> 8, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, Dns.TYPE_NS, 0, 1};
  }
}
