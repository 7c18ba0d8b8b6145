package io.kindnet.netlink.conntrack;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel notes of a flow where it is asked to.
 *
 * @param tcpState {@code TCP_CONNTRACK_} state ({@code linux/netfilter/nf_conntrack_tcp.h}); 0 for
 *     none
 * @param original what went in the direction of the first packet; zero without {@code
 *     net.netfilter.nf_conntrack_acct}
 * @param reply what went in the other direction
 * @param startNanos when it began, in nanoseconds since 1970; 0 without {@code
 *     net.netfilter.nf_conntrack_timestamp}
 */
public record FlowDetails(int tcpState, Traffic original, Traffic reply, long startNanos) {
  /** Nothing is known. */
  public static final FlowDetails NONE = new FlowDetails(0, Traffic.NONE, Traffic.NONE, 0);

  /** How much went in one direction. */
  public record Traffic(long packets, long bytes) {
    /** Nothing. */
    public static final Traffic NONE = new Traffic(0, 0);
  }

  static FlowDetails parse(Attributes flow) {
    Attribute tcp = inside(flow.find(CtNetlink.CTA_PROTOINFO), CtNetlink.CTA_PROTOINFO_TCP);
    Attribute state = inside(tcp, CtNetlink.CTA_PROTOINFO_TCP_STATE);
    Attribute start = inside(flow.find(CtNetlink.CTA_TIMESTAMP), CtNetlink.CTA_TIMESTAMP_START);
    return new FlowDetails(
        state == null ? 0 : state.u8(),
        traffic(flow.find(CtNetlink.CTA_COUNTERS_ORIG)),
        traffic(flow.find(CtNetlink.CTA_COUNTERS_REPLY)),
        start == null ? 0 : start.u64Be());
  }

  private static Traffic traffic(@Nullable Attribute counters) {
    Attribute packets = inside(counters, CtNetlink.CTA_COUNTERS_PACKETS);
    Attribute bytes = inside(counters, CtNetlink.CTA_COUNTERS_BYTES);
    return packets == null || bytes == null
        ? Traffic.NONE
        : new Traffic(packets.u64Be(), bytes.u64Be());
  }

  private static @Nullable Attribute inside(@Nullable Attribute outer, int type) {
    return outer == null ? null : outer.nested().find(type);
  }
}
