package io.kindnet.kindnetd.dnscache.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Domain names in messages, compressed or not (RFC 1035 sections 3.1 and 4.1.4). */
final class Names {
  /** The longest name, with the root's empty label. */
  static final int LONGEST = 255;

  private static final int POINTER = 0xc0;
  private static final int LONGEST_LABEL = 63;

  private Names() {}

  /**
   * The octet behind a name, after a check of the whole name, also of what its pointer points at.
   *
   * @param start of the message in the buffer
   * @param at where the name begins
   * @param limit which neither the name nor what it points at may reach
   */
  static int end(ByteBuffer buffer, int start, int at, int limit) throws MessageFormatException {
    return walk(buffer, start, at, limit, null);
  }

  /** In presentation format (RFC 1035 section 5.1), in lower case, with the final dot. */
  static String text(ByteBuffer buffer, int start, int at, int limit)
      throws MessageFormatException {
    StringBuilder text = new StringBuilder();
    walk(buffer, start, at, limit, text);
    return text.isEmpty() ? "." : text.toString();
  }

  private static int walk(
      ByteBuffer buffer, int start, int at, int limit, @Nullable StringBuilder text)
      throws MessageFormatException {
    int next = at;
    int end = -1;
    int length = 0;
    while (true) {
      int octet = octet(buffer, start, next, limit);
      if ((octet & POINTER) == POINTER) {
        int target = start + (((octet & ~POINTER) << 8) | octet(buffer, start, next + 1, limit));
        end = end < 0 ? next + 2 : end;
        // only backwards, so that the walk ends
        if (target >= next || target < start + Dns.HEADER) {
          throw malformed("a name points at octet " + (target - start), start, next);
        }
        next = target;
      } else if (octet > LONGEST_LABEL) {
        throw malformed("a label of unknown kind", start, next);
      } else {
        length += octet + 1;
        if (length > LONGEST) {
          throw malformed("a name longer than 255 octets", start, next);
        }
        if (octet == 0) {
          return end < 0 ? next + 1 : end;
        }
        octet(buffer, start, next + octet, limit);
        if (text != null) {
          append(text, buffer, next + 1, octet);
        }
        next += octet + 1;
      }
    }
  }

  private static int octet(ByteBuffer buffer, int start, int at, int limit)
      throws MessageFormatException {
    if (at >= limit) {
      throw malformed("the message ends within a name", start, at);
    }
    return Octets.unsignedByte(buffer, at);
  }

  private static void append(StringBuilder text, ByteBuffer buffer, int at, int length) {
    for (int i = at; i < at + length; i++) {
      int octet = Octets.lowerCase(buffer.get(i)) & 0xff;
      if (octet <= ' ' || octet >= 0x7f) {
        text.append('\\')
            .append((char) ('0' + octet / 100))
            .append((char) ('0' + octet / 10 % 10))
            .append((char) ('0' + octet % 10));
      } else {
        if ("\".;\\@$()".indexOf(octet) >= 0) {
          text.append('\\');
        }
        text.append((char) octet);
      }
    }
    text.append('.');
  }

  private static MessageFormatException malformed(String what, int start, int at) {
    return new MessageFormatException(what + " at octet " + (at - start));
  }
}
