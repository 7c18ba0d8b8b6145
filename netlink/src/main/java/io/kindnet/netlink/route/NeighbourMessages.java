package io.kindnet.netlink.route;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MalformedMessageException;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.util.Optional;

/** Reads and writes messages about neighbours: {@code linux/neighbour.h}. */
final class NeighbourMessages {
  private static final int NDA_DST = 1;
  private static final int NDA_LLADDR = 2;
  private static final int NDA_IFINDEX = 8;

  private NeighbourMessages() {}

  /**
   * The neighbour in {@code message}, which is of IPv4 or IPv6.
   *
   * @throws MalformedMessageException if it is cut short or has no address
   */
  static Neighbour read(NetlinkMessage message) {
    NeighbourMessage info = NeighbourMessage.parse(message);
    Attributes attributes = message.attributesAfter(NeighbourMessage.LENGTH);
    Attribute mac = attributes.find(NDA_LLADDR);
    return new Neighbour(
        info.index(),
        attributes.get(NDA_DST).address(),
        mac != null && mac.value().remaining() == MacAddress.BYTES
            ? Optional.of(MacAddress.of(mac.bytes()))
            : Optional.empty(),
        info.state(),
        info.flags());
  }

  static MessageWriter write(String verb, int type, int netlinkFlags, Neighbour neighbour) {
    MessageWriter writer = new MessageWriter(verb + " neighbour " + neighbour, type, netlinkFlags);
    new NeighbourMessage(
            neighbour.family().number(),
            neighbour.linkIndex(),
            neighbour.state(),
            neighbour.flags())
        .writeTo(writer);
    writer.attribute(NDA_DST, neighbour.address().getAddress());
    if (neighbour.mac().isPresent()) {
      writer.attribute(NDA_LLADDR, neighbour.mac().get().bytes());
    }
    return writer;
  }

  /** Neighbours on the link with {@code linkIndex}, 0 for all links. */
  static MessageWriter list(int linkIndex) {
    MessageWriter writer =
        new MessageWriter(
            linkIndex == 0 ? "list neighbours" : "list neighbours on link " + linkIndex,
            Rtnetlink.RTM_GETNEIGH,
            0);
    new NeighbourMessage(Rtnetlink.AF_UNSPEC, 0, 0, 0).writeTo(writer);
    if (linkIndex != 0) {
      writer.attributeU32(NDA_IFINDEX, linkIndex);
    }
    return writer;
  }
}
