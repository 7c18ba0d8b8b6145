package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MalformedMessageException;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.util.OptionalInt;

/**
 * What the kernel says of the settings of a link, which are below {@code /proc/sys/net} as well:
 * {@code RTM_NEWNETCONF} of {@code linux/netconf.h}.
 *
 * @param family of the settings
 * @param linkIndex the link, {@link #IFINDEX_ALL} or {@link #IFINDEX_DEFAULT}
 * @param forwarding the value of {@code forwarding}; empty where the message is about another one
 */
public record Netconf(AddressFamily family, int linkIndex, OptionalInt forwarding) {
  /** {@code NETCONFA_IFINDEX_ALL}: what counts for all links. */
  public static final int IFINDEX_ALL = -1;

  /** {@code NETCONFA_IFINDEX_DEFAULT}: what later links begin with. */
  public static final int IFINDEX_DEFAULT = -2;

  private static final int NETCONFA_IFINDEX = 1;
  private static final int NETCONFA_FORWARDING = 2;

  /**
   * The settings in {@code message}, which is of IPv4 or IPv6.
   *
   * @throws MalformedMessageException if it is cut short or names no link
   */
  static Netconf read(NetlinkMessage message) {
    NetconfMessage info = NetconfMessage.parse(message);
    if (!Rtnetlink.isInternet(info.family())) {
      throw new MalformedMessageException("settings of family " + info.family());
    }
    Attributes attributes = message.attributesAfter(NetconfMessage.LENGTH);
    Attribute forwarding = attributes.find(NETCONFA_FORWARDING);
    return new Netconf(
        AddressFamily.ofNumber(info.family()),
        attributes.get(NETCONFA_IFINDEX).u32(),
        forwarding == null ? OptionalInt.empty() : OptionalInt.of(forwarding.u32()));
  }
}
