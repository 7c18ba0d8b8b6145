package io.kindnet.kindnetd.dnscache.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads what a server has sent, and checks all of it but the contents of records. */
final class AnswerReader {
  private static final int SECTIONS = 3;

  /** Length of a record without its name and its data. */
  private static final int RECORD = 10;

  private final ByteBuffer message;
  private final int end;
  private final int[] counts = new int[SECTIONS];
  private char[] ttlOffsets = new char[8];
  private int ttls;
  private int at;
  private int recordsEnd;
  private @Nullable OptRecord opt;
  private int optStart;
  private int optEnd;
  private boolean behindOpt;

  private long smallestTtl = Long.MAX_VALUE;
  private long negativeTtl = -1;
  private boolean records;

  private AnswerReader(byte[] bytes) {
    message = ByteBuffer.wrap(bytes);
    end = bytes.length;
  }

  /**
   * Reads the answer to a query.
   *
   * @param bytes of which the TTLs are changed
   * @throws MessageFormatException where it is none, is malformed, or has a form of which no other
   *     answer can be made
   */
  static Answer read(byte[] bytes, int maxTtl) throws MessageFormatException {
    return new AnswerReader(bytes).read(maxTtl);
  }

  private Answer read(int maxTtl) throws MessageFormatException {
    if (end < Dns.HEADER) {
      throw new MessageFormatException("a message of " + end + " octets has no header");
    }
    int flags = Octets.unsignedShort(message, 2);
    if ((flags & Dns.QR) == 0 || (flags & Dns.OPCODE) != 0) {
      throw new MessageFormatException("this is no answer to a query");
    }
    if (Octets.unsignedShort(message, Dns.QDCOUNT) != 1) {
      throw new MessageFormatException("an answer to one question has another number of them");
    }
    int nameEnd = Names.end(message, 0, Dns.HEADER, end);
    at = nameEnd + 4;
    if (at > end) {
      throw new MessageFormatException("the message ends within its question");
    }
    int type = Octets.unsignedShort(message, nameEnd);
    recordsEnd = at;
    for (int section = 0; section < SECTIONS; section++) {
      int count = Octets.unsignedShort(message, Dns.ANCOUNT + 2 * section);
      for (int i = 0; i < count; i++) {
        readRecord(section, type);
      }
    }
    if (at != end) {
      throw new MessageFormatException("there is something behind the last record");
    }
    if (behindOpt) {
      return read(OptRelocation.toEnd(message.array(), optStart, optEnd), maxTtl);
    }
    AnswerKind kind = kind(flags & Dns.RCODE);
    boolean negative = kind == AnswerKind.NO_DATA || kind == AnswerKind.NO_NAME;
    limitTtls(negative ? (int) Math.min(maxTtl, negativeTtl) : maxTtl);
    return new Answer(
        message,
        nameEnd - Dns.HEADER,
        recordsEnd,
        counts,
        Arrays.copyOf(ttlOffsets, ttls),
        opt,
        kind,
        (int) smallestTtl);
  }

  private void readRecord(int section, int questionType) throws MessageFormatException {
    int owner = at;
    int afterName = Names.end(message, 0, owner, end);
    if (end - afterName < RECORD) {
      throw new MessageFormatException("the message ends within a record at octet " + owner);
    }
    int type = Octets.unsignedShort(message, afterName);
    int data = afterName + RECORD;
    at = data + Octets.unsignedShort(message, afterName + 8);
    if (at > end) {
      throw new MessageFormatException("the message ends within a record at octet " + owner);
    }
    if (type == Dns.TYPE_OPT) {
      if (section != 2 || opt != null || message.get(owner) != 0) {
        throw new MessageFormatException("an OPT record that should not be there");
      }
      opt = OptRecord.read(message, afterName + 2, at);
      optStart = owner;
      optEnd = at;
      if (opt.extendedCode() != 0) {
        throw new MessageFormatException("a code that only clients with EDNS can be told");
      }
      return;
    }
    if (Dns.isMetaType(type)) {
      throw new MessageFormatException("a signature of the message");
    }
    behindOpt |= opt != null;
    counts[section]++;
    recordsEnd = at;
    if (ttls == ttlOffsets.length) {
      ttlOffsets = Arrays.copyOf(ttlOffsets, 2 * ttls);
    }
    ttlOffsets[ttls++] = (char) (afterName + 4);
    long ttl = ttl(afterName + 4);
    smallestTtl = Math.min(smallestTtl, ttl);
    if (section == 0) {
      records |= type == questionType;
    } else if (section == 1 && type == Dns.TYPE_SOA) {
      // RFC 2308 section 5: the smaller of the record's TTL and its last field
      if (at - data < 22) {
        throw new MessageFormatException("an SOA record of " + (at - data) + " octets");
      }
      negativeTtl = Math.min(ttl, ttl(at - 4));
    }
  }

  private AnswerKind kind(int code) {
    return switch (code) {
      case 0 -> {
        if (records) {
          yield AnswerKind.RECORDS;
        } else if (negativeTtl >= 0) {
          yield AnswerKind.NO_DATA;
        }
        // an alias to what this server does not know is a record, too
        yield counts[0] > 0 ? AnswerKind.RECORDS : AnswerKind.OTHER;
      }
      // without an SOA record it must not be cached (RFC 2308 section 5)
      case Dns.NXDOMAIN -> negativeTtl >= 0 ? AnswerKind.NO_NAME : AnswerKind.OTHER;
      case Dns.SERVFAIL, Dns.REFUSED -> AnswerKind.FAILURE;
      default -> AnswerKind.OTHER;
    };
  }

  /** Lowers the TTLs to what the answer is kept for at most. */
  private void limitTtls(int most) {
    for (int i = 0; i < ttls; i++) {
      long ttl = Math.min(most, ttl(ttlOffsets[i]));
      smallestTtl = Math.min(smallestTtl, ttl);
      Octets.putInt(message, ttlOffsets[i], ttl);
    }
    smallestTtl = ttls == 0 ? 0 : smallestTtl;
  }

  /** One with the highest bit set is zero (RFC 2181 section 8). */
  private long ttl(int offset) {
    long ttl = Octets.unsignedInt(message, offset);
    return ttl > Integer.MAX_VALUE ? 0 : ttl;
  }
}
