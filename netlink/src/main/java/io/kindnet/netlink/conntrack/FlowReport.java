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
    int from = payload.position() + Nfnetlink.HEADER_LENGTH;
    for (int at = from; at + HEADER <= payload.limit(); at = fields.next(at, payload.limit())) {
      fields.attribute(at);
    }
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
    private final ByteBuffer message;
    private final boolean swapped = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
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

    /** Where the attribute behind the one at {@code at} is; checks the length of that one. */
    int next(int at, int limit) {
      int length = length(at);
      if (length < HEADER || length > limit - at) {
        throw new MalformedMessageException(
            "attribute "
                + type(at)
                + " says it has "
                + length
                + " bytes, "
                + (limit - at)
                + " are left");
      }
      return at + (length + 3 & ~3);
    }

    void attribute(int at) {
      switch (type(at)) {
        case CtNetlink.CTA_TUPLE_ORIG -> {
          int proto = nested(at, CtNetlink.CTA_TUPLE_PROTO);
          int number = proto < 0 ? -1 : nested(proto, CtNetlink.CTA_PROTO_NUM);
          protocol = number < 0 ? 0 : u8(number);
        }
        case CtNetlink.CTA_PROTOINFO -> {
          int tcp = nested(at, CtNetlink.CTA_PROTOINFO_TCP);
          int state = tcp < 0 ? -1 : nested(tcp, CtNetlink.CTA_PROTOINFO_TCP_STATE);
          tcpState = state < 0 ? 0 : u8(state);
        }
        case CtNetlink.CTA_COUNTERS_ORIG, CtNetlink.CTA_COUNTERS_REPLY -> {
          packets += u64(nested(at, CtNetlink.CTA_COUNTERS_PACKETS));
          bytes += u64(nested(at, CtNetlink.CTA_COUNTERS_BYTES));
        }
        case CtNetlink.CTA_ID -> id = u32(at);
        case CtNetlink.CTA_TIMESTAMP -> {
          start = u64(nested(at, CtNetlink.CTA_TIMESTAMP_START));
          stop = u64(nested(at, CtNetlink.CTA_TIMESTAMP_STOP));
        }
        case CtNetlink.CTA_TIMESTAMP_EVENT -> event = u64(at);
        default -> {
          // not for counting
        }
      }
    }

    private int length(int at) {
      return message.getShort(at) & 0xffff;
    }

    private int type(int at) {
      return message.getShort(at + 2) & TYPE_MASK;
    }

    /** Where the attribute of {@code type} inside the one at {@code outer} is; -1 for nowhere. */
    private int nested(int outer, int type) {
      int end = outer + length(outer);
      if (end > message.limit()) {
        next(outer, message.limit());
      }
      for (int at = outer + HEADER; at + HEADER <= end; at = next(at, end)) {
        if (type(at) == type) {
          return at;
        }
      }
      return -1;
    }

    private void require(int at, int length) {
      if (length(at) < HEADER + length || at + HEADER + length > message.limit()) {
        throw new MalformedMessageException(
            "attribute " + type(at) + " has no " + length + " bytes");
      }
    }

    private int u8(int at) {
      require(at, Byte.BYTES);
      return message.get(at + HEADER) & 0xff;
    }

    private int u32(int at) {
      require(at, Integer.BYTES);
      int value = message.getInt(at + HEADER);
      return swapped ? Integer.reverseBytes(value) : value;
    }

    private long u64(int at) {
      if (at < 0) {
        return 0;
      }
      require(at, Long.BYTES);
      long value = message.getLong(at + HEADER);
      return swapped ? Long.reverseBytes(value) : value;
    }
  }
}
