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
import static io.kindnet.netlink.route.RouteAttributes.RTM_F_LOOKUP_TABLE;
import static io.kindnet.netlink.route.RouteAttributes.VIA_FAMILY_LENGTH;
import static io.kindnet.netlink.route.Rtnetlink.RTM_GETROUTE;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.wire.MessageWriter;
import java.net.InetAddress;

/** The messages that ask for routes, make and remove them. */
final class RouteRequests {
  private static final int ATTRIBUTE_HEADER_LENGTH = 4;
  private static final int MAX_TABLE_IN_HEADER = 255;

  /** What a request does, put into words only if it fails: there may be thousands. */
  private record Deed(String verb, Route route) {
    @Override
    public String toString() {
      return verb + " route " + route;
    }
  }

  private RouteRequests() {}

  static MessageWriter write(String verb, int type, int netlinkFlags, Route route) {
    MessageWriter writer = new MessageWriter(new Deed(verb, route), type, netlinkFlags);
    boolean single = route.nextHops().size() == 1;
    new RouteMessage(
            route.family().number(),
            route.destination().length(),
            tableInHeader(route.table()),
            route.protocol(),
            route.scope(),
            route.type(),
            single ? route.nextHops().getFirst().flags() : 0)
        .writeTo(writer);
    if (route.destination().length() > 0) {
      writer.attribute(RTA_DST, route.destination().address().getAddress());
    }
    if (route.source().isPresent()) {
      writer.attribute(RTA_PREFSRC, route.source().get().getAddress());
    }
    if (route.metric() != 0) {
      writer.attributeU32(RTA_PRIORITY, route.metric());
    }
    if (route.table() > MAX_TABLE_IN_HEADER) {
      writer.attributeU32(RTA_TABLE, route.table());
    }
    if (route.mtu() != 0) {
      int metrics = writer.beginNested(RTA_METRICS);
      writer.attributeU32(RTAX_MTU, route.mtu()).end(metrics);
    }
    if (single) {
      writeOnly(writer, route);
    } else if (!route.nextHops().isEmpty()) {
      writeMultipath(writer, route);
    }
    return writer;
  }

  static MessageWriter list(AddressFamily family, RouteFilter filter) {
    MessageWriter writer = new MessageWriter("list routes " + filter, RTM_GETROUTE, 0);
    new RouteMessage(
            family.number(),
            0,
            tableInHeader(filter.table()),
            filter.protocol(),
            0,
            filter.type(),
            0)
        .writeTo(writer);
    if (filter.table() > MAX_TABLE_IN_HEADER) {
      writer.attributeU32(RTA_TABLE, filter.table());
    }
    if (filter.linkIndex() != 0) {
      writer.attributeU32(RTA_OIF, filter.linkIndex());
    }
    return writer;
  }

  /**
   * Asks for the way to {@code destination}.
   *
   * @param linkIndex the link to go through, 0 for any
   * @param flags {@code RTM_F_} in addition
   */
  static MessageWriter lookup(InetAddress destination, int linkIndex, int flags) {
    MessageWriter writer =
        new MessageWriter(
            "look up the route to " + IpAddresses.format(destination), RTM_GETROUTE, 0);
    AddressFamily family = AddressFamily.of(destination);
    // IPv6 always says the table, and refuses the flag
    int more = family == AddressFamily.IPV4 ? RTM_F_LOOKUP_TABLE : 0;
    new RouteMessage(family.number(), family.bits(), 0, 0, 0, 0, flags | more).writeTo(writer);
    writer.attribute(RTA_DST, destination.getAddress());
    if (linkIndex != 0) {
      writer.attributeU32(RTA_OIF, linkIndex);
    }
    return writer;
  }

  private static int tableInHeader(int table) {
    return table > MAX_TABLE_IN_HEADER ? 0 : table;
  }

  private static void writeOnly(MessageWriter writer, Route route) {
    NextHop hop = route.nextHops().getFirst();
    writeGateway(writer, route.family(), hop);
    if (hop.linkIndex() != 0) {
      writer.attributeU32(RTA_OIF, hop.linkIndex());
    }
  }

  private static void writeMultipath(MessageWriter writer, Route route) {
    int multipath = writer.begin(RTA_MULTIPATH);
    for (NextHop hop : route.nextHops()) {
      writer
          .u16(NEXT_HOP_LENGTH + gatewayLength(route.family(), hop))
          .u8(hop.flags())
          .u8(hop.weight() - 1)
          .u32(hop.linkIndex());
      writeGateway(writer, route.family(), hop);
    }
    writer.end(multipath);
  }

  private static void writeGateway(MessageWriter writer, AddressFamily family, NextHop hop) {
    if (hop.gateway().isEmpty()) {
      return;
    }
    InetAddress gateway = hop.gateway().get();
    AddressFamily gatewayFamily = AddressFamily.of(gateway);
    if (gatewayFamily == family) {
      writer.attribute(RTA_GATEWAY, gateway.getAddress());
    } else {
      int via = writer.begin(RTA_VIA);
      writer.u16(gatewayFamily.number()).bytes(gateway.getAddress()).end(via);
    }
  }

  /** How many bytes {@link #writeGateway} writes, padding included. */
  private static int gatewayLength(AddressFamily family, NextHop hop) {
    if (hop.gateway().isEmpty()) {
      return 0;
    }
    AddressFamily gatewayFamily = AddressFamily.of(hop.gateway().get());
    int length = ATTRIBUTE_HEADER_LENGTH + gatewayFamily.bytes();
    return gatewayFamily == family ? length : (length + VIA_FAMILY_LENGTH + 3) & ~3;
  }
}
