package io.kindnet.netlink.conntrack;

import io.kindnet.netlink.wire.MalformedMessageException;
import io.kindnet.netlink.wire.Nfnetlink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a notification says of a flow, as far as it takes to count flows: without the addresses.
 *
 * @param kind what happened to it
 * @param id what tells it from others
 * @param protocol {@code IPPROTO_}
 * @param tcpState {@code TCP_CONNTRACK_} state ({@code linux/netfilter/nf_conntrack_tcp.h}); 0 for
 *     none
 * @param packets in both directions, told at its end only; 0 where the kernel does not count them
 *     ({@code net.netfilter.nf_conntrack_acct})
 * @param bytes likewise
 * @param startNanos when it began, in nanoseconds since 1970, told at its end only; 0 where the
 *     kernel does not note it ({@code net.netfilter.nf_conntrack_timestamp})
 * @param stopNanos likewise when it ended
 * @param eventNanos when this happened; 0 where the kernel does not say so (before Linux 6.14, and
 *     without that setting)
 */
public record FlowReport(
    FlowEvent.Kind kind,
    int id,
    int protocol,
    int tcpState,
    long packets,
    long bytes,
    long startNanos,
    long stopNanos,
    long eventNanos) {
  /** A SYN was answered. */
  public static final int TCP_CONNTRACK_SYN_RECV = 2;

  private static final int HEADER = 4;
  private static final int TYPE_MASK = 0x3fff;

  /** Reads a message, without an object for each attribute: there may be very many messages. */
  static FlowReport parse(FlowEvent.Kind kind, ByteBuffer payload) {
    Fields fields = new Fields(payload);
    fields.read(payload.position() + Nfnetlink.HEADER_LENGTH);
    return new FlowReport(
        kind,
        fields.id,
        fields.protocol,
        fields.tcpState,
        fields.packets,
        fields.bytes,
        fields.start,
        fields.stop,
        fields.event);
  }

  private static final class Fields {
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private final ByteBuffer message;
    private int id;
    private int protocol;
    private int tcpState;
    private long packets;
    private long bytes;
    private long start;
    private long stop;
    private long event;

    Fields(ByteBuffer payload) {
      this.message = payload;
    }

    void read(int from) {
      int limit = message.limit();
      for (int at = from; at + HEADER <= limit; ) {
        int header = message.getInt(at);
        int end = end(at, header, limit);
        attribute(type(header), at, end);
        at = align(end);
      }
    }

    private void attribute(int type, int at, int end) {
      switch (type) {
        case CtNetlink.CTA_TUPLE_ORIG -> {
          int proto = nested(at, end, CtNetlink.CTA_TUPLE_PROTO);
          int number = nested(proto, CtNetlink.CTA_PROTO_NUM);
          protocol = number < 0 ? 0 : u8(number);
        }
        case CtNetlink.CTA_PROTOINFO -> {
          int tcp = nested(at, end, CtNetlink.CTA_PROTOINFO_TCP);
          int state = nested(tcp, CtNetlink.CTA_PROTOINFO_TCP_STATE);
          tcpState = state < 0 ? 0 : u8(state);
        }
        case CtNetlink.CTA_COUNTERS_ORIG, CtNetlink.CTA_COUNTERS_REPLY -> {
          packets += u64(nested(at, end, CtNetlink.CTA_COUNTERS_PACKETS));
          bytes += u64(nested(at, end, CtNetlink.CTA_COUNTERS_BYTES));
        }
        case CtNetlink.CTA_ID -> id = u32(at);
        case CtNetlink.CTA_TIMESTAMP -> {
          start = u64(nested(at, end, CtNetlink.CTA_TIMESTAMP_START));
          stop = u64(nested(at, end, CtNetlink.CTA_TIMESTAMP_STOP));
        }
        case CtNetlink.CTA_TIMESTAMP_EVENT -> event = u64(at);
        default -> {
          // not for counting
        }
      }
    }

    // an attribute begins with its length and its type, 16 bits each

    private static int length(int header) {
      return LITTLE_ENDIAN ? header & 0xffff : header >>> 16;
    }

    private static int type(int header) {
      return (LITTLE_ENDIAN ? header >>> 16 : header) & TYPE_MASK;
    }

    /** Where the attribute at {@code at} ends, which is to be before {@code limit}. */
    private static int end(int at, int header, int limit) {
      int length = length(header);
      if (length < HEADER || length > limit - at) {
        throw new MalformedMessageException(
            "attribute "
                + type(header)
                + " says it has "
                + length
                + " bytes, "
                + (limit - at)
                + " are left");
      }
      return at + length;
    }

    private static int align(int end) {
      return end + 3 & ~3;
    }

    /**
     * Where the attribute of {@code type} is in the one from {@code outer} to {@code limit}; -1 for
     * nowhere.
     */
    private int nested(int outer, int limit, int type) {
      for (int at = outer + HEADER; at + HEADER <= limit; ) {
        int header = message.getInt(at);
        int end = end(at, header, limit);
        if (type(header) == type) {
          return at;
        }
        at = align(end);
      }
      return -1;
    }

    /** The same in the attribute at {@code outer}; -1 if that is nowhere, too. */
    private int nested(int outer, int type) {
      return outer < 0 ? -1 : nested(outer, outer + length(message.getInt(outer)), type);
    }

    private void require(int at, int length) {
      int header = message.getInt(at);
      if (length(header) < HEADER + length) {
        throw new MalformedMessageException(
            "attribute " + type(header) + " has no " + length + " bytes");
      }
    }

    private int u8(int at) {
      require(at, Byte.BYTES);
      return message.get(at + HEADER) & 0xff;
    }

    private int u32(int at) {
      require(at, Integer.BYTES);
      int value = message.getInt(at + HEADER);
      return LITTLE_ENDIAN ? Integer.reverseBytes(value) : value;
    }

    private long u64(int at) {
      if (at < 0) {
        return 0;
      }
      require(at, Long.BYTES);
      long value = message.getLong(at + HEADER);
      return LITTLE_ENDIAN ? Long.reverseBytes(value) : value;
    }
  }
}
