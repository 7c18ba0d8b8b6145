package io.kindnet.kindnetd.dnscache.wire;

import java.nio.ByteBuffer;

/**
 * Moves the OPT record of an answer to its end, from where it can be left out. Servers that shuffle
 * records, such as CoreDNS, have it anywhere among the additional ones. Names in the records behind
 * it move with it, and so what points at them has to point elsewhere.
 */
final class OptRelocation {
  private static final int TYPE_PTR = 12;
  private static final int TYPE_MX = 15;
  private static final int TYPE_SRV = 33;

  private final byte[] moved;
  private final ByteBuffer buffer;
  private final int optStart;
  private final int optLength;
  private final int end;

  private OptRelocation(byte[] message, int optStart, int optEnd) {
    this.optStart = optStart;
    optLength = optEnd - optStart;
    end = message.length - optLength;
    moved = message.clone();
    System.arraycopy(message, optEnd, moved, optStart, message.length - optEnd);
    System.arraycopy(message, optStart, moved, end, optLength);
    buffer = ByteBuffer.wrap(moved);
  }

  /**
   * Moves it.
   *
   * @param message of which the records have been read already
   * @return a message of the same length
   * @throws MessageFormatException where it is not known what is in a record behind it
   */
  static byte[] toEnd(byte[] message, int optStart, int optEnd) throws MessageFormatException {
    OptRelocation relocation = new OptRelocation(message, optStart, optEnd);
    relocation.correctNames();
    return relocation.moved;
  }

  private void correctNames() throws MessageFormatException {
    int at = optStart;
    while (at < end) {
      int fields = correctName(at);
      int type = Octets.unsignedShort(buffer, fields);
      int data = fields + 10;
      switch (type) {
        case Dns.TYPE_NS, Dns.TYPE_CNAME, TYPE_PTR -> correctName(data);
        case Dns.TYPE_SOA -> correctName(correctName(data));
        case TYPE_MX -> correctName(data + 2);
        case TYPE_SRV -> correctName(data + 6);
        default -> {
          // RFC 3597 section 4: of others that may have compressed names, all are of before it
          if (type != Dns.TYPE_A && type != Dns.TYPE_AAAA && type < TYPE_SRV) {
            throw new MessageFormatException("a record of type " + type + " behind the OPT record");
          }
        }
      }
      at = data + Octets.unsignedShort(buffer, fields + 8);
    }
  }

  /** The octet behind a name, whose pointer may have been changed. */
  private int correctName(int start) throws MessageFormatException {
    int at = start;
    while (at < end && moved[at] > 0) {
      at += moved[at] + 1;
    }
    if (at >= end || (moved[at] < 0 && at + 1 >= end)) {
      throw new MessageFormatException("a name without end behind the OPT record");
    }
    if (moved[at] == 0) {
      return at + 1;
    }
    int pointer = Octets.unsignedShort(buffer, at);
    if ((pointer & 0x3fff) >= optStart) {
      Octets.putShort(buffer, at, pointer - optLength);
    }
    return at + 2;
  }
}
