package io.kindnet.kindnetd.dnscache.wire;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * What a query asks, in an object that is used for one message after the other, so that reading one
 * allocates nothing. Not thread-safe.
 */
public final class Query {
  /** What can be done with a message of a client. */
  public enum Kind {
    /** One question of class IN, in whichever way it is common: the answer may be cached. */
    PLAIN,
    /** A query of which only the server knows what it means. */
    ODD,
    /** No query. */
    NONE
  }

  /** The options of EDNS that say nothing about the answer's records. */
  private static final int KNOWN_OPTIONS =
      (1 << Dns.OPTION_COOKIE) | (1 << Dns.OPTION_TCP_KEEPALIVE) | (1 << Dns.OPTION_PADDING);

  // what an answer depends on besides name and type
  private static final int KEY_RD = 1;
  private static final int KEY_AD = 2;
  private static final int KEY_CD = 4;
  private static final int KEY_DO = 8;

  // a secret, so that no client finds names that all have the same hash
  private static final long HASH_SEED = new SecureRandom().nextLong();
  private static final long HASH_MULTIPLIER = 0x9e3779b97f4a7c15L; // odd, of the golden ratio

  private ByteBuffer message = ByteBuffer.allocate(0);
  private int start;
  private int nameLength;
  private long nameHash;
  private int type;
  private int flags;
  private boolean extended;
  private boolean dnssecOk;
  private boolean cookie;
  private int payload;

  /**
   * Reads a message.
   *
   * @param buffer the message between position and limit; used as long as this object is asked
   * @return only of a {@link Kind#PLAIN} one more may be asked
   */
  public Kind read(ByteBuffer buffer) {
    message = buffer;
    start = buffer.position();
    int end = buffer.limit();
    if (end - start < Dns.HEADER || (buffer.get(start + 2) & 0x80) != 0) {
      return Kind.NONE;
    }
    flags = Octets.unsignedShort(buffer, start + 2);
    int additional = Octets.unsignedShort(buffer, start + Dns.ARCOUNT);
    if ((flags & ~(Dns.RD | Dns.AD | Dns.CD)) != 0
        || Octets.unsignedShort(buffer, start + Dns.QDCOUNT) != 1
        || Octets.unsignedShort(buffer, start + Dns.ANCOUNT) != 0
        || Octets.unsignedShort(buffer, start + Dns.NSCOUNT) != 0
        || additional > 1) {
      return Kind.ODD;
    }
    int afterName = readName(end);
    if (afterName < 0
        || end - afterName < 4
        || Octets.unsignedShort(buffer, afterName + 2) != Dns.CLASS_IN) {
      return Kind.ODD;
    }
    type = Octets.unsignedShort(buffer, afterName);
    if (type == 0 || type == Dns.TYPE_OPT || Dns.isMetaType(type)) {
      return Kind.ODD;
    }
    extended = additional == 1;
    dnssecOk = false;
    cookie = false;
    payload = Dns.PLAIN_UDP_SIZE;
    boolean whole = extended ? readOptRecord(afterName + 4, end) : afterName + 4 == end;
    return whole ? Kind.PLAIN : Kind.ODD;
  }

  /** The octet behind the name; -1 if it is none, or compressed. */
  private int readName(int end) {
    int at = start + Dns.HEADER;
    long hash = HASH_SEED;
    while (at < end) {
      int length = message.get(at);
      if (length == 0) {
        nameLength = at + 1 - start - Dns.HEADER;
        nameHash = hash;
        return nameLength > Names.LONGEST ? -1 : at + 1;
      }
      int next = at + 1 + length;
      if (length < 0 || length > 63 || next >= end) {
        return -1;
      }
      for (; at < next; at++) {
        hash = (hash ^ (Octets.lowerCase(message.get(at)) & 0xff)) * HASH_MULTIPLIER;
        hash ^= hash >>> 32;
      }
    }
    return -1;
  }

  /** Whether there is an OPT record of which all is understood, and nothing behind it. */
  private boolean readOptRecord(int at, int end) {
    if (end - at < Dns.OPT
        || message.get(at) != 0
        || Octets.unsignedShort(message, at + 1) != Dns.TYPE_OPT) {
      return false;
    }
    payload =
        Math.clamp(Octets.unsignedShort(message, at + 3), Dns.PLAIN_UDP_SIZE, Dns.LARGEST_UDP_SIZE);
    int extendedFlags = Octets.unsignedShort(message, at + 7);
    dnssecOk = (extendedFlags & Dns.DO) != 0;
    // neither an extended RCODE nor another version nor unknown flags
    if (Octets.unsignedShort(message, at + 5) != 0 || (extendedFlags & ~Dns.DO) != 0) {
      return false;
    }
    int option = at + Dns.OPT;
    if (option + Octets.unsignedShort(message, at + 9) != end) {
      return false;
    }
    while (option < end) {
      if (end - option < 4) {
        return false;
      }
      int code = Octets.unsignedShort(message, option);
      if (code >= Integer.SIZE || (KNOWN_OPTIONS & (1 << code)) == 0) {
        return false;
      }
      cookie |= code == Dns.OPTION_COOKIE;
      option += 4 + Octets.unsignedShort(message, option + 2);
    }
    return option == end;
  }

  public int id() {
    return Octets.unsignedShort(message, start);
  }

  public int type() {
    return type;
  }

  /** Of the name in lower case; different in each process. */
  public long nameHash() {
    return nameHash;
  }

  /** Of the name in the question, with the root's label. */
  public int nameLength() {
    return nameLength;
  }

  /** An octet of the name, in lower case. */
  byte nameOctet(int index) {
    return Octets.lowerCase(message.get(start + Dns.HEADER + index));
  }

  /** The name as in the question, in lower case. */
  public byte[] name() {
    byte[] name = new byte[nameLength];
    for (int i = 0; i < nameLength; i++) {
      name[i] = nameOctet(i);
    }
    return name;
  }

  /** The name for people. */
  public String nameText() {
    try {
      int at = start + Dns.HEADER;
      return Names.text(message, start, at, at + nameLength);
    } catch (MessageFormatException e) {
      throw new IllegalStateException("this name has been read before", e);
    }
  }

  /** What the answer depends on besides name and type, of RD, AD, CD and DO; four bits. */
  public int keyBits() {
    return ((flags & Dns.RD) != 0 ? KEY_RD : 0)
        | ((flags & Dns.AD) != 0 ? KEY_AD : 0)
        | ((flags & Dns.CD) != 0 ? KEY_CD : 0)
        | (dnssecOk ? KEY_DO : 0);
  }

  /** Whether there is an OPT record. */
  public boolean extended() {
    return extended;
  }

  /** Whether the client has sent a cookie (RFC 7873). */
  public boolean cookie() {
    return cookie;
  }

  /** How many octets the answer may have. */
  public int sizeLimit(Transport transport) {
    return transport == Transport.TCP ? Dns.LARGEST_MESSAGE : payload;
  }

  /** Length of the question. */
  int questionLength() {
    return nameLength + 4;
  }

  /** Copies the question as it came. */
  void putQuestion(ByteBuffer to, int at) {
    to.put(at, message, start + Dns.HEADER, questionLength());
  }

  /** A query that has the same answer, with the OPT record that it takes for that, and ID 0. */
  public byte[] toMessage() {
    return toMessage(extended ? payload : 0);
  }

  /**
   * The same question as a message of its own, with ID 0.
   *
   * @param udpSize what is said of the answer's size in an OPT record; 0 for none
   */
  public byte[] toMessage(int udpSize) {
    int length = Dns.HEADER + questionLength();
    ByteBuffer query = ByteBuffer.allocate(udpSize == 0 ? length : length + Dns.OPT);
    Octets.putShort(query, 2, flags);
    Octets.putShort(query, Dns.QDCOUNT, 1);
    putQuestion(query, Dns.HEADER);
    if (udpSize != 0) {
      Octets.putShort(query, Dns.ARCOUNT, 1);
      Octets.putShort(query, length + 1, Dns.TYPE_OPT);
      Octets.putShort(query, length + 3, udpSize);
      Octets.putShort(query, length + 7, dnssecOk ? Dns.DO : 0);
    }
    return query.array();
  }
}
