package io.kindnet.netlink.conntrack;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;

/**
 * An entry of connection tracking.
 *
 * @param original the packets in the direction of the first one, as that came in
 * @param reply the packets in the other direction, as they come in; where addresses are translated
 *     this is not just the reverse
 * @param status {@code IPS_} bits of {@code linux/netfilter/nf_conntrack_common.h}
 * @param mark the connection's mark
 * @param timeoutSeconds after which it goes, if nothing comes
 * @param zone the conntrack zone, 0 where zones are not used
 * @param id what tells it from a later entry for the same packets
 * @param details what the kernel notes of it where it is asked to
 */
public record Flow(
    FlowTuple original,
    FlowTuple reply,
    int status,
    int mark,
    int timeoutSeconds,
    int zone,
    int id,
    FlowDetails details) {
  /** One of which nothing else is known. */
  public Flow(
      FlowTuple original,
      FlowTuple reply,
      int status,
      int mark,
      int timeoutSeconds,
      int zone,
      int id) {
    this(original, reply, status, mark, timeoutSeconds, zone, id, FlowDetails.NONE);
  }

  static Flow parse(NetlinkMessage message) {
    Attributes attributes = Nfnetlink.attributes(message);
    Attribute zone = attributes.find(CtNetlink.CTA_ZONE);
    return new Flow(
        FlowTuple.parse(attributes.get(CtNetlink.CTA_TUPLE_ORIG)),
        FlowTuple.parse(attributes.get(CtNetlink.CTA_TUPLE_REPLY)),
        number(attributes, CtNetlink.CTA_STATUS),
        number(attributes, CtNetlink.CTA_MARK),
        number(attributes, CtNetlink.CTA_TIMEOUT),
        zone == null ? 0 : zone.u16Be(),
        number(attributes, CtNetlink.CTA_ID),
        FlowDetails.parse(attributes));
  }

  private static int number(Attributes attributes, int type) {
    Attribute found = attributes.find(type);
    return found == null ? 0 : found.u32Be();
  }

  /** Such as {@code 17 10.0.0.1 40000 > 10.0.0.2 53, reply 17 10.0.0.2 53 > 10.0.0.1 40000}. */
  @Override
  public String toString() {
    return original + ", reply " + reply;
  }
}
