package io.kindnet.netlink.conntrack;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.wire.MessageWriter;
import java.net.InetAddress;

/**
 * Which flows are meant: those of one family and transport protocol that agree with all else that
 * is given.
 */
public final class FlowFilter {
  private final AddressFamily family;
  private final int protocol;
  private final TupleFilter original;
  private final TupleFilter reply;

  private FlowFilter(AddressFamily family, int protocol, TupleFilter original, TupleFilter reply) {
    this.family = family;
    this.protocol = protocol;
    this.original = original;
    this.reply = reply;
  }

  /**
   * All flows of a family and protocol.
   *
   * @param protocol {@code IPPROTO_TCP} (6), {@code IPPROTO_UDP} (17), …
   */
  public static FlowFilter of(AddressFamily family, int protocol) {
    return new FlowFilter(family, protocol, TupleFilter.ANY, TupleFilter.ANY);
  }

  /** Of these, those that went to {@code destination} before it was translated. */
  public FlowFilter toAddress(InetAddress destination) {
    return withOriginal(
        new TupleFilter(
            original.source(), destination, original.sourcePort(), original.destinationPort()));
  }

  /** Of these, those that went to {@code port} before it was translated. */
  public FlowFilter toPort(int port) {
    return withOriginal(
        new TupleFilter(original.source(), original.destination(), original.sourcePort(), port));
  }

  /** Of these, those that {@code source} answers: the destination as it was translated. */
  public FlowFilter answeredBy(InetAddress source) {
    return withReply(
        new TupleFilter(source, reply.destination(), reply.sourcePort(), reply.destinationPort()));
  }

  /** Of these, those that are answered from {@code port}. */
  public FlowFilter answeredFromPort(int port) {
    return withReply(
        new TupleFilter(reply.source(), reply.destination(), port, reply.destinationPort()));
  }

  private FlowFilter withOriginal(TupleFilter newOriginal) {
    return new FlowFilter(family, protocol, newOriginal, reply);
  }

  private FlowFilter withReply(TupleFilter newReply) {
    return new FlowFilter(family, protocol, original, newReply);
  }

  /** Whether {@code flow} is one of these. */
  public boolean matches(Flow flow) {
    return flow.original().family() == family
        && flow.original().protocol() == protocol
        && original.matches(flow.original())
        && reply.matches(flow.reply());
  }

  AddressFamily family() {
    return family;
  }

  /**
   * Whether the kernel can search for just these by itself. It takes IPv6 addresses, too, but
   * compares them the wrong way round and answers with all flows but those that are meant (seen in
   * 6.18, {@code ctnetlink_filter_match_tuple}).
   */
  boolean suitsKernel() {
    return family == AddressFamily.IPV4 || !(original.hasAddress() || reply.hasAddress());
  }

  /** These and perhaps others: those that the kernel can search for by itself. */
  FlowFilter forKernel() {
    return suitsKernel()
        ? this
        : new FlowFilter(family, protocol, original.portsOnly(), reply.portsOnly());
  }

  /** Appends what the kernel compares flows with, since 5.8 in a dump and 6.11 in a deletion. */
  void pack(MessageWriter writer) {
    int originalFlags = original.flags() | CtNetlink.CTA_FILTER_F_CTA_PROTO_NUM;
    original.pack(writer, CtNetlink.CTA_TUPLE_ORIG, protocol);
    if (reply.flags() != 0) {
      reply.pack(writer, CtNetlink.CTA_TUPLE_REPLY, protocol);
    }
    int filter = writer.beginNested(CtNetlink.CTA_FILTER);
    writer.attributeU32(CtNetlink.CTA_FILTER_ORIG_FLAGS, originalFlags);
    writer.attributeU32(CtNetlink.CTA_FILTER_REPLY_FLAGS, reply.flags());
    writer.end(filter);
  }

  /** Such as {@code IPV4 flows of protocol 17 to port 53, answered from 10.0.0.7}. */
  @Override
  public String toString() {
    String text = family + " flows of protocol " + protocol + original;
    return reply.flags() == 0 ? text : text + ", answered" + reply;
  }
}
