package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.HEADER_LENGTH;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One received message: {@code struct nlmsghdr} and what follows.
 *
 * @param type the message type
 * @param flags {@code NLM_F_} flags
 * @param sequence the sequence number of the request, 0 in a notification
 * @param portId the port of the requester, 0 in a notification that the kernel caused
 * @param payload the bytes after the header, in native byte order
 */
public record NetlinkMessage(int type, int flags, int sequence, int portId, ByteBuffer payload) {
  /**
   * Splits a datagram into its messages.
   *
   * @throws MalformedMessageException if a length does not fit
   */
  public static List<NetlinkMessage> parse(ByteBuffer datagram) {
    List<NetlinkMessage> messages = new ArrayList<>();
    int at = datagram.position();
    while (datagram.limit() - at >= HEADER_LENGTH) {
      int length = datagram.getInt(at);
      if (length < HEADER_LENGTH || length > datagram.limit() - at) {
        throw new MalformedMessageException(
            "message says it has " + length + " bytes, " + (datagram.limit() - at) + " are left");
      }
      messages.add(
          new NetlinkMessage(
              datagram.getShort(at + 4) & 0xffff,
              datagram.getShort(at + 6) & 0xffff,
              datagram.getInt(at + 8),
              datagram.getInt(at + 12),
              datagram
                  .slice(at + HEADER_LENGTH, length - HEADER_LENGTH)
                  .order(ByteOrder.nativeOrder())));
      at += NetlinkConstants.align(length);
    }
    if (at < datagram.limit()) {
      throw new MalformedMessageException(
          (datagram.limit() - at) + " bytes are left, no message is that short");
    }
    return messages;
  }

  /**
   * The attributes behind a fixed part of {@code length} bytes.
   *
   * @throws MalformedMessageException if the fixed part is cut short, or an attribute is
   */
  public Attributes attributesAfter(int length) {
    require(length);
    int aligned = Math.min(NetlinkConstants.align(length), payload.limit());
    return Attributes.parse(payload.duplicate().order(ByteOrder.nativeOrder()).position(aligned));
  }

  /**
   * The payload, if it has at least {@code length} bytes.
   *
   * @throws MalformedMessageException if it is shorter
   */
  public ByteBuffer require(int length) {
    if (payload.limit() < length) {
      throw new MalformedMessageException(
          "message of type "
              + type
              + " has "
              + payload.limit()
              + " bytes after its header, "
              + length
              + " are needed");
    }
    return payload;
  }

  /** Whether all the flags in {@code mask} are set. */
  public boolean has(int mask) {
    return (flags & mask) == mask;
  }
}
