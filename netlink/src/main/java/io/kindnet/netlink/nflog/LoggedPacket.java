package io.kindnet.netlink.nflog;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MalformedMessageException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * A packet that a rule has logged.
 *
 * @param family the {@code NFPROTO_} family of the hook
 * @param hook the {@code NF_INET_} hook where the rule is
 * @param etherType what the payload is: 0x0800 IPv4, 0x86dd IPv6
 * @param prefix the text of the rule's log statement; empty for none
 * @param inInterface index of the interface that it came by; 0 for none
 * @param outInterface index of the interface that it would leave by; 0 for none
 * @param mark the packet's mark
 * @param time when it came; empty where the kernel has not noted it, as for hooks behind routing
 * @param sequence counts the packets of the group, from 0, also those that were lost
 * @param payload the beginning of the packet, from its IP header on; read-only, in network byte
 *     order
 */
public record LoggedPacket(
    int family,
    int hook,
    int etherType,
    String prefix,
    int inInterface,
    int outInterface,
    int mark,
    Optional<Instant> time,
    int sequence,
    ByteBuffer payload) {
  private static final long NANOS_OF_MICRO = 1000;

  static LoggedPacket parse(NetlinkMessage message) {
    Attributes attributes = Nfnetlink.attributes(message);
    ByteBuffer header = sized(attributes.get(NfLog.NFULA_PACKET_HDR), NfLog.PACKET_HDR_LENGTH);
    Attribute prefix = attributes.find(NfLog.NFULA_PREFIX);
    Attribute payload = attributes.find(NfLog.NFULA_PAYLOAD);
    Attribute time = attributes.find(NfLog.NFULA_TIMESTAMP);
    byte[] bytes = payload == null ? new byte[0] : payload.bytes();
    return new LoggedPacket(
        Nfnetlink.family(message),
        header.get(2) & 0xff,
        header.getShort(0) & 0xffff,
        prefix == null ? "" : prefix.string(),
        number(attributes, NfLog.NFULA_IFINDEX_INDEV),
        number(attributes, NfLog.NFULA_IFINDEX_OUTDEV),
        number(attributes, NfLog.NFULA_MARK),
        time == null ? Optional.empty() : Optional.of(instant(time)),
        attributes.get(NfLog.NFULA_SEQ).u32Be(),
        ByteBuffer.wrap(bytes).asReadOnlyBuffer());
  }

  private static int number(Attributes attributes, int type) {
    Attribute found = attributes.find(type);
    return found == null ? 0 : found.u32Be();
  }

  private static Instant instant(Attribute time) {
    ByteBuffer bytes = sized(time, NfLog.TIMESTAMP_LENGTH);
    try {
      return Instant.ofEpochSecond(bytes.getLong(0), bytes.getLong(8) * NANOS_OF_MICRO);
    } catch (DateTimeException | ArithmeticException impossible) {
      throw new MalformedMessageException("there is no such time: " + impossible.getMessage());
    }
  }

  private static ByteBuffer sized(Attribute attribute, int length) {
    byte[] bytes = attribute.bytes();
    if (bytes.length < length) {
      throw new MalformedMessageException(
          "attribute "
              + attribute.type()
              + " has "
              + bytes.length
              + " bytes, "
              + length
              + " are needed");
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN);
  }
}
