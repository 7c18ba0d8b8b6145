package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.LinkAttributes.IFLA_ADDRESS;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_BRPORT_MODE;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_BR_NF_CALL_IP6TABLES;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_BR_NF_CALL_IPTABLES;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_EXT_MASK;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_IFNAME;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_INFO_DATA;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_INFO_KIND;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_LINKINFO;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_MTU;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_NET_NS_FD;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_PROTINFO;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_TARGET_NETNSID;
import static io.kindnet.netlink.route.LinkAttributes.RTEXT_FILTER_SKIP_STATS;
import static io.kindnet.netlink.route.LinkAttributes.VETH_INFO_PEER;
import static io.kindnet.netlink.route.Rtnetlink.AF_BRIDGE;
import static io.kindnet.netlink.route.Rtnetlink.RTM_DELLINK;
import static io.kindnet.netlink.route.Rtnetlink.RTM_GETLINK;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWLINK;
import static io.kindnet.netlink.route.Rtnetlink.RTM_SETLINK;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;

import io.kindnet.netlink.wire.MessageWriter;
import java.util.Optional;

/** The messages that ask for links, make and remove them. */
final class LinkRequests {
  private LinkRequests() {}

  static MessageWriter get(String name) {
    return about("get link " + name, RTM_GETLINK, 0)
        .attributeString(IFLA_IFNAME, name)
        .attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  }

  static MessageWriter get(int index) {
    return about("get link " + index, RTM_GETLINK, index)
        .attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  }

  static MessageWriter getIn(int namespaceId, int index) {
    return get(index).attributeU32(IFLA_TARGET_NETNSID, namespaceId);
  }

  /** All links, or those of {@code kind} if it is not empty. */
  static MessageWriter list(String kind) {
    MessageWriter writer =
        about("list links", RTM_GETLINK, 0).attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    if (!kind.isEmpty()) {
      int linkInfo = writer.beginNested(IFLA_LINKINFO);
      writer.attributeString(IFLA_INFO_KIND, kind).end(linkInfo);
    }
    return writer;
  }

  static MessageWriter create(String kind, String name) {
    return create(kind, name, Optional.empty());
  }

  static MessageWriter create(String kind, String name, Optional<MacAddress> mac) {
    MessageWriter writer = creation("add " + kind + " link " + name);
    writer.attributeString(IFLA_IFNAME, name);
    mac(writer, mac);
    int linkInfo = writer.beginNested(IFLA_LINKINFO);
    return writer.attributeString(IFLA_INFO_KIND, kind).end(linkInfo);
  }

  static MessageWriter create(VethPair pair) {
    MessageWriter writer =
        creation("add veth link " + pair.name() + " with peer " + pair.peerName());
    nameAndMtu(writer, pair.name(), pair.mtu());
    mac(writer, pair.mac());
    int linkInfo = writer.beginNested(IFLA_LINKINFO);
    writer.attributeString(IFLA_INFO_KIND, "veth");
    int data = writer.beginNested(IFLA_INFO_DATA);
    int peer = writer.beginNested(VETH_INFO_PEER);
    IfInfoMessage.of(0).writeTo(writer);
    nameAndMtu(writer, pair.peerName(), pair.mtu());
    mac(writer, pair.peerMac());
    if (pair.peerNamespace().isPresent()) {
      writer.attributeU32(IFLA_NET_NS_FD, pair.peerNamespace().getAsInt());
    }
    return writer.end(peer).end(data).end(linkInfo);
  }

  static MessageWriter delete(String name) {
    return about("delete link " + name, RTM_DELLINK, 0).attributeString(IFLA_IFNAME, name);
  }

  static MessageWriter delete(Link link) {
    return about("delete link " + link.name(), RTM_DELLINK, link.index());
  }

  static MessageWriter hairpin(Link port, boolean on) {
    MessageWriter writer =
        new MessageWriter(
            "set hairpin of link " + port.name() + (on ? " on" : " off"), RTM_SETLINK, 0);
    new IfInfoMessage(AF_BRIDGE, 0, port.index(), 0, 0).writeTo(writer);
    int portInfo = writer.beginNested(IFLA_PROTINFO);
    return writer.attributeU8(IFLA_BRPORT_MODE, on ? 1 : 0).end(portInfo);
  }

  /** Lets the rules of IP see what passes between the ports of {@code bridge}, or not. */
  static MessageWriter filterBridged(Link bridge, boolean on) {
    String what = "set rules of IP for bridge " + bridge.name() + (on ? " on" : " off");
    // RTM_SETLINK passes over what is said of the kind
    MessageWriter writer = about(what, RTM_NEWLINK, bridge.index());
    int linkInfo = writer.beginNested(IFLA_LINKINFO);
    writer.attributeString(IFLA_INFO_KIND, "bridge");
    int data = writer.beginNested(IFLA_INFO_DATA);
    writer.attributeU8(IFLA_BR_NF_CALL_IPTABLES, on ? 1 : 0);
    writer.attributeU8(IFLA_BR_NF_CALL_IP6TABLES, on ? 1 : 0);
    return writer.end(data).end(linkInfo);
  }

  private static MessageWriter creation(String what) {
    MessageWriter writer = new MessageWriter(what, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    IfInfoMessage.of(0).writeTo(writer);
    return writer;
  }

  private static MessageWriter about(String what, int type, int index) {
    MessageWriter writer = new MessageWriter(what, type, 0);
    IfInfoMessage.of(index).writeTo(writer);
    return writer;
  }

  private static void mac(MessageWriter writer, Optional<MacAddress> mac) {
    if (mac.isPresent()) {
      writer.attribute(IFLA_ADDRESS, mac.get().bytes());
    }
  }

  private static void nameAndMtu(MessageWriter writer, String name, int mtu) {
    writer.attributeString(IFLA_IFNAME, name);
    if (mtu != 0) {
      writer.attributeU32(IFLA_MTU, mtu);
    }
  }
}
