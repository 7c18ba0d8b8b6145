package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.RouteAttributes.NEXT_HOP_LENGTH;
import static io.kindnet.netlink.route.RouteAttributes.RTAX_MTU;
import static io.kindnet.netlink.route.RouteAttributes.RTA_DST;
import static io.kindnet.netlink.route.RouteAttributes.RTA_GATEWAY;
import static io.kindnet.netlink.route.RouteAttributes.RTA_METRICS;
import static io.kindnet.netlink.route.RouteAttributes.RTA_MULTIPATH;
import static io.kindnet.netlink.route.RouteAttributes.RTA_OIF;
import static io.kindnet.netlink.route.RouteAttributes.RTA_PREFSRC;
import static io.kindnet.netlink.route.RouteAttributes.RTA_PRIORITY;
import static io.kindnet.netlink.route.RouteAttributes.RTA_TABLE;
import static io.kindnet.netlink.route.RouteAttributes.RTA_VIA;
import static io.kindnet.netlink.route.RouteAttributes.VIA_FAMILY_LENGTH;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MalformedMessageException;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads routes out of {@code RTM_NEWROUTE} and {@code RTM_DELROUTE}. */
final class RouteReader {
  /** The flags of {@code rtm_flags} that speak of the only next hop: {@code RTNH_F_}. */
  private static final int NEXT_HOP_FLAGS = 0xff;

  private RouteReader() {}

  /**
   * The route in {@code message}, which is of IPv4 or IPv6.
   *
   * @throws MalformedMessageException if it is cut short or a length does not fit
   */
  static Route read(NetlinkMessage message) {
    RouteMessage info = RouteMessage.parse(message);
    Attributes attributes = message.attributesAfter(RouteMessage.LENGTH);
    Attribute source = attributes.find(RTA_PREFSRC);
    Attribute metric = attributes.find(RTA_PRIORITY);
    Attribute table = attributes.find(RTA_TABLE);
    return new Route(
        destination(info, attributes),
        info.type(),
        table == null ? info.table() : table.u32(),
        info.protocol(),
        info.scope(),
        metric == null ? 0 : metric.u32(),
        mtu(message).orElse(0),
        source == null ? Optional.empty() : Optional.of(source.address()),
        nextHops(info, attributes));
  }

  /** The MTU among the metrics of the route in {@code message}; empty where it has none. */
  static OptionalInt mtu(NetlinkMessage message) {
    Attribute metrics = message.attributesAfter(RouteMessage.LENGTH).find(RTA_METRICS);
    Attribute mtu = metrics == null ? null : metrics.nested().find(RTAX_MTU);
    return mtu == null || mtu.u32() == 0 ? OptionalInt.empty() : OptionalInt.of(mtu.u32());
  }

  /** The gateway among the attributes of a route or of one of its next hops. */
  static Optional<InetAddress> gateway(Attributes attributes) {
    Attribute gateway = attributes.find(RTA_GATEWAY);
    if (gateway != null) {
      return Optional.of(gateway.address());
    }
    Attribute via = attributes.find(RTA_VIA);
    if (via == null) {
      return Optional.empty();
    }
    byte[] bytes = via.bytes();
    int length = bytes.length - VIA_FAMILY_LENGTH;
    if (length != 4 && length != 16) {
      throw new MalformedMessageException("RTA_VIA has an address of " + length + " bytes");
    }
    byte[] address = new byte[length];
    System.arraycopy(bytes, VIA_FAMILY_LENGTH, address, 0, length);
    return Optional.of(IpAddresses.of(address));
  }

  private static IpPrefix destination(RouteMessage info, Attributes attributes) {
    if (!Rtnetlink.isInternet(info.family())) {
      throw new MalformedMessageException("a route of family " + info.family());
    }
    AddressFamily family = AddressFamily.ofNumber(info.family());
    Attribute destination = attributes.find(RTA_DST);
    byte[] bytes = destination == null ? new byte[family.bytes()] : destination.bytes();
    if (bytes.length != family.bytes() || info.destinationLength() > family.bits()) {
      throw new MalformedMessageException(
          "a route of " + family + " to " + bytes.length + " bytes/" + info.destinationLength());
    }
    return new IpPrefix(IpAddresses.of(bytes), info.destinationLength());
  }

  private static List<NextHop> nextHops(RouteMessage info, Attributes attributes) {
    if (RouteConstants.isRefusal(info.type())) {
      return List.of(); // the kernel says dev lo in IPv6, and nothing in IPv4
    }
    Attribute multipath = attributes.find(RTA_MULTIPATH);
    if (multipath != null) {
      return nextHops(multipath.value());
    }
    Attribute link = attributes.find(RTA_OIF);
    Optional<InetAddress> gateway = gateway(attributes);
    if (link == null && gateway.isEmpty()) {
      return List.of();
    }
    int linkIndex = link == null ? 0 : link.u32();
    return List.of(new NextHop(gateway, linkIndex, 1, info.flags() & NEXT_HOP_FLAGS));
  }

  /** Reads {@code struct rtnexthop}s, each followed by attributes of its own. */
  private static List<NextHop> nextHops(ByteBuffer bytes) {
    List<NextHop> hops = new ArrayList<>();
    int at = bytes.position();
    while (bytes.limit() - at >= NEXT_HOP_LENGTH) {
      int length = bytes.getShort(at) & 0xffff;
      if (length < NEXT_HOP_LENGTH || length > bytes.limit() - at) {
        throw new MalformedMessageException(
            "next hop says it has " + length + " bytes, " + (bytes.limit() - at) + " are left");
      }
      Attributes attributes =
          Attributes.parse(
              bytes
                  .slice(at + NEXT_HOP_LENGTH, length - NEXT_HOP_LENGTH)
                  .order(ByteOrder.nativeOrder()));
      int flags = bytes.get(at + 2) & 0xff;
      int weight = (bytes.get(at + 3) & 0xff) + 1;
      hops.add(new NextHop(gateway(attributes), bytes.getInt(at + 4), weight, flags));
      at += (length + 3) & ~3;
    }
    return hops;
  }
}
