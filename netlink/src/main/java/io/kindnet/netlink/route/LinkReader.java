package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.LinkAttributes.DEVCONF_MTU6;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_ADDRESS;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_AF_SPEC;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_BRPORT_MODE;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_BR_NF_CALL_IP6TABLES;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_BR_NF_CALL_IPTABLES;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_IFALIAS;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_IFNAME;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_INET6_CONF;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_INET_CONF;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_INFO_DATA;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_INFO_KIND;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_INFO_SLAVE_DATA;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_INFO_SLAVE_KIND;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_LINK;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_LINKINFO;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_LINK_NETNSID;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_MASTER;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_MTU;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_OPERSTATE;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_PROTINFO;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads links out of {@code RTM_NEWLINK} and {@code RTM_DELLINK}. */
final class LinkReader {
  private LinkReader() {}

  /**
   * The link in {@code message}.
   *
   * @throws io.kindnet.netlink.wire.MalformedMessageException if it is cut short or has no name
   */
  static Link read(NetlinkMessage message) {
    IfInfoMessage info = IfInfoMessage.parse(message);
    Attributes attributes = message.attributesAfter(IfInfoMessage.LENGTH);
    Attribute linkInfo = attributes.find(IFLA_LINKINFO);
    Attributes kindInfo = linkInfo == null ? null : linkInfo.nested();
    Attribute peerNamespace = attributes.find(IFLA_LINK_NETNSID);
    Attribute operationalState = attributes.find(IFLA_OPERSTATE);
    return new Link(
        info.index(),
        attributes.get(IFLA_IFNAME).string(),
        kindInfo == null ? "" : text(kindInfo.find(IFLA_INFO_KIND)),
        mac(attributes.find(IFLA_ADDRESS)),
        number(attributes.find(IFLA_MTU)),
        info.flags(),
        OperationalState.ofNumber(operationalState == null ? 0 : operationalState.u8()),
        text(attributes.find(IFLA_IFALIAS)),
        number(attributes.find(IFLA_MASTER)),
        number(attributes.find(IFLA_LINK)),
        peerNamespace == null ? OptionalInt.empty() : OptionalInt.of(peerNamespace.u32()),
        kindInfo != null && isHairpin(kindInfo));
  }

  /** The same with its sysctls. */
  static DescribedLink describe(NetlinkMessage message) {
    return new DescribedLink(
        read(message),
        new LinkSysctls(
            settings(message, AddressFamily.IPV4, IFLA_INET_CONF),
            settings(message, AddressFamily.IPV6, IFLA_INET6_CONF)));
  }

  /** The MTU of IPv6 on the link in {@code message}; empty where IPv6 is not on it. */
  static OptionalInt ipv6Mtu(NetlinkMessage message) {
    ByteBuffer settings = settings(message, AddressFamily.IPV6, IFLA_INET6_CONF);
    int at = DEVCONF_MTU6 * Integer.BYTES;
    return settings == null || settings.remaining() < at + Integer.BYTES
        ? OptionalInt.empty()
        : OptionalInt.of(settings.getInt(settings.position() + at));
  }

  private static @Nullable ByteBuffer settings(
      NetlinkMessage message, AddressFamily family, int type) {
    Attribute families = message.attributesAfter(IfInfoMessage.LENGTH).find(IFLA_AF_SPEC);
    Attribute found = families == null ? null : families.nested().find(family.number());
    Attribute settings = found == null ? null : found.nested().find(type);
    return settings == null ? null : settings.value();
  }

  /** Whether a bridge says of the port in {@code message} that it has hairpin mode. */
  static boolean isHairpinPort(NetlinkMessage message) {
    Attribute port = message.attributesAfter(IfInfoMessage.LENGTH).find(IFLA_PROTINFO);
    Attribute mode = port == null ? null : port.nested().find(IFLA_BRPORT_MODE);
    return mode != null && mode.u8() != 0;
  }

  /** Whether the bridge in {@code message} shows the rules of IP what passes between its ports. */
  static boolean filtersBridged(NetlinkMessage message) {
    Attribute linkInfo = message.attributesAfter(IfInfoMessage.LENGTH).find(IFLA_LINKINFO);
    if (linkInfo == null) {
      return false;
    }
    Attribute data = linkInfo.nested().find(IFLA_INFO_DATA);
    if (data == null || !text(linkInfo.nested().find(IFLA_INFO_KIND)).equals("bridge")) {
      return false;
    }
    return isOn(data.nested().find(IFLA_BR_NF_CALL_IPTABLES))
        && isOn(data.nested().find(IFLA_BR_NF_CALL_IP6TABLES));
  }

  private static boolean isOn(@Nullable Attribute attribute) {
    return attribute != null && attribute.u8() != 0;
  }

  private static boolean isHairpin(Attributes linkInfo) {
    Attribute data = linkInfo.find(IFLA_INFO_SLAVE_DATA);
    if (data == null || !text(linkInfo.find(IFLA_INFO_SLAVE_KIND)).equals("bridge")) {
      return false;
    }
    Attribute mode = data.nested().find(IFLA_BRPORT_MODE);
    return mode != null && mode.u8() != 0;
  }

  private static Optional<MacAddress> mac(@Nullable Attribute attribute) {
    return attribute != null && attribute.value().remaining() == MacAddress.BYTES
        ? Optional.of(MacAddress.of(attribute.bytes()))
        : Optional.empty();
  }

  private static String text(@Nullable Attribute attribute) {
    return attribute == null ? "" : attribute.string();
  }

  private static int number(@Nullable Attribute attribute) {
    return attribute == null ? 0 : attribute.u32();
  }
}
