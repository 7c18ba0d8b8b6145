package io.kindnet.kindnetd.dnscache.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A server's answer to one question, in the form in which answers to others who ask the same are
 * made of it quickly. It takes as little memory as possible, since thousands are kept.
 */
public final class Answer {
  /** The TTL in an answer that has expired (RFC 8767 section 4). */
  static final int STALE_TTL = 30;

  /** Memory of the object and its array, without what is in the array. */
  private static final int OBJECTS = 88;

  private static final int EXTENDED_ERROR = 6; // with its code, without a text
  private static final int NO_OPT = -1;

  /** The name in lower case, the records, the extended errors, where in the message TTLs are. */
  private final byte[] bytes;

  private final short nameLength;
  private final char type;
  private final char flags;
  private final char answers;
  private final char authorities;
  private final char additionals;
  private final char recordsLength;
  private final char errorsLength;
  private final int udpSize;
  private final boolean dnssecOk;
  private final boolean cookie;
  private final AnswerKind kind;
  private final AddressRun addresses;
  private final int ttl;

  Answer(
      ByteBuffer message,
      int nameLength,
      int recordsEnd,
      int[] counts,
      char[] ttlOffsets,
      @Nullable OptRecord opt,
      AnswerKind kind,
      int ttl) {
    int questionEnd = Dns.HEADER + nameLength + 4;
    this.nameLength = (short) nameLength;
    type = (char) Octets.unsignedShort(message, questionEnd - 4);
    flags = (char) Octets.unsignedShort(message, 2);
    answers = (char) counts[0];
    authorities = (char) counts[1];
    additionals = (char) counts[2];
    recordsLength = (char) (recordsEnd - questionEnd);
    udpSize = opt == null ? NO_OPT : opt.udpSize();
    dnssecOk = opt != null && opt.dnssecOk();
    cookie = opt != null && opt.cookie();
    errorsLength = (char) (opt == null ? 0 : opt.extendedErrors().remaining());
    this.kind = kind;
    this.ttl = ttl;
    addresses = AddressRun.of(message, type, questionEnd, Arrays.copyOf(ttlOffsets, counts[0]));

    bytes = new byte[nameLength + recordsLength + errorsLength + 2 * ttlOffsets.length];
    for (int i = 0; i < nameLength; i++) {
      bytes[i] = Octets.lowerCase(message.get(Dns.HEADER + i));
    }
    message.get(questionEnd, bytes, nameLength, recordsLength);
    if (opt != null) {
      opt.extendedErrors().get(0, bytes, nameLength + recordsLength, errorsLength);
    }
    int at = nameLength + recordsLength + errorsLength;
    for (char offset : ttlOffsets) {
      bytes[at++] = (byte) (offset >> 8);
      bytes[at++] = (byte) offset;
    }
  }

  /**
   * Reads what a server has sent.
   *
   * @param message is changed
   * @param maxTtl in seconds; larger TTLs are lowered to it
   * @throws MessageFormatException where it is no answer to one question, is malformed, or has a
   *     form of which no other answer can be made
   */
  public static Answer read(byte[] message, int maxTtl) throws MessageFormatException {
    return AnswerReader.read(message, maxTtl);
  }

  public AnswerKind kind() {
    return kind;
  }

  /** The type that was asked for. */
  public int type() {
    return type;
  }

  /** For how many seconds it may be kept by what its records say; 0 where it must not be. */
  public int ttl() {
    return ttl;
  }

  /** Whether the server has left out what was too long (TC). */
  public boolean truncated() {
    return (flags & Dns.TC) != 0;
  }

  /** Whether the server knows EDNS. */
  public boolean extended() {
    return udpSize != NO_OPT;
  }

  /** Whether the server has sent a cookie. */
  public boolean cookie() {
    return cookie;
  }

  /** Whether the name itself has records, of which one may be a CNAME. */
  public boolean anyAnswers() {
    return answers > 0;
  }

  /** Memory that it takes, about. */
  public int memory() {
    return OBJECTS + bytes.length;
  }

  /** Whether it is about the name that is asked for, of whichever type. */
  public boolean isAbout(Query query) {
    if (query.nameLength() != nameLength) {
      return false;
    }
    // names of a cluster differ in their beginnings
    for (int i = 0; i < nameLength; i++) {
      if (query.nameOctet(i) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether it has the same addresses as an earlier answer to the question, in another order. */
  public boolean isReordered(Answer before) {
    return type == before.type
        && nameLength == before.nameLength
        && AddressRun.reordered(addresses, bytes, before.addresses, before.bytes, shift());
  }

  /** How much less the place of a record is in the array than in the message. */
  private int shift() {
    return Dns.HEADER + 4;
  }

  /**
   * The addresses that it gives.
   *
   * @param age how many seconds ago the server has answered
   */
  public AnswerAddresses addresses(int age) {
    ByteBuffer question = ByteBuffer.allocate(Dns.HEADER + nameLength + 4);
    Octets.putShort(question, Dns.QDCOUNT, 1);
    question.put(Dns.HEADER, bytes, 0, nameLength);
    Octets.putShort(question, Dns.HEADER + nameLength, type);
    Octets.putShort(question, Dns.HEADER + nameLength + 2, Dns.CLASS_IN);
    Query query = new Query();
    query.read(question);
    ByteBuffer whole = ByteBuffer.allocate(Dns.HEADER + nameLength + 4 + recordsLength);
    write(query, whole.capacity(), age, 0, whole);
    try {
      return AnswerAddresses.of(whole.flip());
    } catch (MessageFormatException e) {
      throw new IllegalStateException("these records have been read before", e);
    }
  }

  /** The name for people, as {@link Query#nameText}. */
  public String nameText() {
    try {
      return Names.text(ByteBuffer.wrap(bytes), 0, 0, nameLength);
    } catch (MessageFormatException e) {
      throw new IllegalStateException("this name has been read before", e);
    }
  }

  /**
   * Writes an answer to a query for the same name.
   *
   * @param size how many octets it may have; records that do not fit are left out (TC)
   * @param age how many seconds ago the server has answered, which the TTLs are less
   * @param turn by how many places addresses are to move; 0 for the server's order
   * @param to moved behind the answer
   * @return whether there was space enough; if not, nothing was written
   */
  public boolean write(Query query, int size, int age, int turn, ByteBuffer to) {
    int start = to.position();
    if (!write(query, size, age, false, to)) {
      return false;
    }
    boolean whole = (to.get(start + 2) & (Dns.TC >> 8)) == 0;
    if (turn > 0 && whole) {
      addresses.rotate(bytes, shift(), to, start, turn);
    }
    return true;
  }

  /**
   * The same with an answer that has expired (RFC 8767), which says so (RFC 8914).
   *
   * @param size as in {@link #write}
   * @param to as in {@link #write}
   * @return as of {@link #write}
   */
  public boolean writeStale(Query query, int size, ByteBuffer to) {
    return write(query, size, 0, true, to);
  }

  private boolean write(Query query, int size, int age, boolean stale, ByteBuffer to) {
    int questionEnd = Dns.HEADER + nameLength + 4;
    boolean extended = query.extended() && extended();
    int options = errorsLength + (stale ? EXTENDED_ERROR : 0);
    if (questionEnd + Dns.OPT + options > Dns.PLAIN_UDP_SIZE) {
      options = 0; // texts, which must not take the place of records
    }
    int optLength = extended ? Dns.OPT + options : 0;
    RecordsCut cut = null;
    int records = recordsLength;
    if (questionEnd + records + optLength > size) {
      cut = RecordsCut.of(bytes, nameLength, size - questionEnd - optLength, this);
      records = cut.length();
    }
    int length = questionEnd + records + optLength;
    if (to.remaining() < length) {
      return false;
    }
    int start = to.position();
    Octets.putShort(to, start, query.id());
    Octets.putShort(to, start + 2, flags | (cut != null && cut.truncated() ? Dns.TC : 0));
    Octets.putShort(to, start + Dns.QDCOUNT, 1);
    Octets.putShort(to, start + Dns.ANCOUNT, cut == null ? answers : cut.answers());
    Octets.putShort(to, start + Dns.NSCOUNT, cut == null ? authorities : cut.authorities());
    int additional = cut == null ? additionals : cut.additionals();
    Octets.putShort(to, start + Dns.ARCOUNT, extended ? additional + 1 : additional);
    query.putQuestion(to, start + Dns.HEADER);
    to.put(start + questionEnd, bytes, nameLength, records);
    putTtls(to, start, questionEnd + records, age, stale);
    if (extended) {
      putOpt(to, start + questionEnd + records, options, stale);
    }
    to.position(start + length);
    return true;
  }

  private void putTtls(ByteBuffer to, int start, int end, int age, boolean stale) {
    for (int i = nameLength + recordsLength + errorsLength; i < bytes.length; i += 2) {
      int offset = Octets.unsignedShort(bytes, i);
      if (offset >= end) {
        return;
      }
      long left = Octets.unsignedInt(to, start + offset);
      left = stale ? Math.min(left, STALE_TTL) : Math.max(left - age, 0);
      Octets.putInt(to, start + offset, left);
    }
  }

  private void putOpt(ByteBuffer to, int at, int options, boolean stale) {
    to.put(at, (byte) 0);
    Octets.putShort(to, at + 1, Dns.TYPE_OPT);
    Octets.putShort(to, at + 3, udpSize);
    Octets.putInt(to, at + 5, dnssecOk ? Dns.DO : 0);
    Octets.putShort(to, at + 9, options);
    if (options > 0) {
      to.put(at + Dns.OPT, bytes, nameLength + recordsLength, errorsLength);
      if (stale) {
        int error = at + Dns.OPT + errorsLength;
        Octets.putShort(to, error, Dns.OPTION_EXTENDED_ERROR);
        Octets.putShort(to, error + 2, 2);
        int code = kind == AnswerKind.NO_NAME ? Dns.STALE_NXDOMAIN : Dns.STALE_ANSWER;
        Octets.putShort(to, error + 4, code);
      }
    }
  }

  int answers() {
    return answers;
  }

  int authorities() {
    return authorities;
  }

  int additionals() {
    return additionals;
  }
}
