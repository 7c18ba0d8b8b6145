package io.kindnet.kindnetd.dnscache.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The OPT record of an answer (RFC 6891).
 *
 * @param udpSize how long messages the server takes
 * @param extendedCode the upper eight bits of the answer's code
 * @param version of EDNS
 * @param dnssecOk the flag DO
 * @param cookie whether there is a cookie
 * @param extendedErrors the options with extended errors (RFC 8914), as they came; read-only
 */
record OptRecord(
    int udpSize,
    int extendedCode,
    int version,
    boolean dnssecOk,
    boolean cookie,
    ByteBuffer extendedErrors) {
  /**
   * Reads a record.
   *
   * @param at behind its type
   * @param end behind the record
   */
  static OptRecord read(ByteBuffer buffer, int at, int end) throws MessageFormatException {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    boolean cookie = false;
    int option = at + 8;
    while (option < end) {
      int length = end - option < 4 ? -1 : Octets.unsignedShort(buffer, option + 2);
      if (length < 0 || length > end - option - 4) {
        throw new MessageFormatException("an option of EDNS is longer than its record");
      }
      int code = Octets.unsignedShort(buffer, option);
      cookie |= code == Dns.OPTION_COOKIE;
      if (code == Dns.OPTION_EXTENDED_ERROR) {
        byte[] error = new byte[length + 4];
        buffer.get(option, error);
        errors.writeBytes(error);
      }
      option += length + 4;
    }
    return new OptRecord(
        Octets.unsignedShort(buffer, at),
        Octets.unsignedByte(buffer, at + 2),
        Octets.unsignedByte(buffer, at + 3),
        (Octets.unsignedShort(buffer, at + 4) & Dns.DO) != 0,
        cookie,
        ByteBuffer.wrap(errors.toByteArray()).asReadOnlyBuffer());
  }
}
