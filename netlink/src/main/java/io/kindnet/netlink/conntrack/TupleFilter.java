package io.kindnet.netlink.conntrack;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.wire.MessageWriter;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What one direction of a flow must look like; null for whatever.
 *
 * @param source where the packets come from
 * @param destination where they go
 * @param sourcePort the port that they come from
 * @param destinationPort the port that they go to
 */
record TupleFilter(
    @Nullable InetAddress source,
    @Nullable InetAddress destination,
    @Nullable Integer sourcePort,
    @Nullable Integer destinationPort) {
  static final TupleFilter ANY = new TupleFilter(null, null, null, null);

  boolean matches(FlowTuple tuple) {
    return (source == null || source.equals(tuple.source()))
        && (destination == null || destination.equals(tuple.destination()))
        && (sourcePort == null || sourcePort == tuple.sourcePort())
        && (destinationPort == null || destinationPort == tuple.destinationPort());
  }

  boolean hasAddress() {
    return source != null || destination != null;
  }

  /** The same without addresses. */
  TupleFilter portsOnly() {
    return new TupleFilter(null, null, sourcePort, destinationPort);
  }

  /** {@code CTA_FILTER_F_} flags of what is given. */
  int flags() {
    int flags = source == null ? 0 : CtNetlink.CTA_FILTER_F_CTA_IP_SRC;
    flags |= destination == null ? 0 : CtNetlink.CTA_FILTER_F_CTA_IP_DST;
    flags |= sourcePort == null ? 0 : CtNetlink.CTA_FILTER_F_CTA_PROTO_SRC_PORT;
    flags |= destinationPort == null ? 0 : CtNetlink.CTA_FILTER_F_CTA_PROTO_DST_PORT;
    return flags == 0 ? 0 : flags | CtNetlink.CTA_FILTER_F_CTA_PROTO_NUM;
  }

  /** Appends what is given; addresses must be IPv4. */
  void pack(MessageWriter writer, int type, int protocol) {
    int tuple = writer.beginNested(type);
    if (hasAddress()) {
      int ip = writer.beginNested(CtNetlink.CTA_TUPLE_IP);
      if (source != null) {
        writer.attribute(CtNetlink.CTA_IP_V4_SRC, source.getAddress());
      }
      if (destination != null) {
        writer.attribute(CtNetlink.CTA_IP_V4_DST, destination.getAddress());
      }
      writer.end(ip);
    }
    int proto = writer.beginNested(CtNetlink.CTA_TUPLE_PROTO);
    writer.attributeU8(CtNetlink.CTA_PROTO_NUM, protocol);
    if (sourcePort != null) {
      writer.attributeU16Be(CtNetlink.CTA_PROTO_SRC_PORT, sourcePort);
    }
    if (destinationPort != null) {
      writer.attributeU16Be(CtNetlink.CTA_PROTO_DST_PORT, destinationPort);
    }
    writer.end(proto).end(tuple);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, " from ", source == null ? null : IpAddresses.format(source));
    append(text, " from port ", sourcePort);
    append(text, " to ", destination == null ? null : IpAddresses.format(destination));
    append(text, " to port ", destinationPort);
    return text.toString();
  }

  private static void append(StringBuilder text, String words, @Nullable Object value) {
    if (value != null) {
      text.append(words).append(value);
    }
  }
}
