package io.kindnet.netlink.route;

/** Attributes of links: {@code linux/if_link.h}. */
final class LinkAttributes {
  static final int IFLA_ADDRESS = 1;
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_LINK = 5;
  static final int IFLA_MASTER = 10;
  static final int IFLA_PROTINFO = 12;
  static final int IFLA_OPERSTATE = 16;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_AF_SPEC = 26;
  static final int IFLA_NET_NS_FD = 28;
  static final int IFLA_EXT_MASK = 29;
  static final int IFLA_LINK_NETNSID = 37;
  static final int IFLA_TARGET_NETNSID = 46;

  /** Inside {@link #IFLA_LINKINFO}. */
  static final int IFLA_INFO_KIND = 1;

  static final int IFLA_INFO_DATA = 2;
  static final int IFLA_INFO_SLAVE_KIND = 4;
  static final int IFLA_INFO_SLAVE_DATA = 5;

  /**
   * Inside {@link #IFLA_PROTINFO}, and inside {@link #IFLA_INFO_SLAVE_DATA} of a port of a bridge:
   * hairpin.
   */
  static final int IFLA_BRPORT_MODE = 4;

  /**
   * Inside {@link #IFLA_AF_SPEC} and there of {@code AF_INET}: the settings of {@code linux/ip.h},
   * from number 1 on, a number of four bytes each.
   */
  static final int IFLA_INET_CONF = 1;

  /**
   * Inside {@link #IFLA_AF_SPEC} and there of {@code AF_INET6}: the settings of {@code
   * linux/ipv6.h}, a number of four bytes each.
   */
  static final int IFLA_INET6_CONF = 2;

  /** The place of an MTU among {@link #IFLA_INET6_CONF}. */
  static final int DEVCONF_MTU6 = 2;

  /** Inside {@link #IFLA_INFO_DATA} of a veth: {@code linux/veth.h}. */
  static final int VETH_INFO_PEER = 1;

  /**
   * Inside {@link #IFLA_INFO_DATA} of a bridge: whether the rules of IPv4 see what passes between
   * its ports.
   */
  static final int IFLA_BR_NF_CALL_IPTABLES = 36;

  /** The same of IPv6. */
  static final int IFLA_BR_NF_CALL_IP6TABLES = 37;

  /** Value of {@link #IFLA_EXT_MASK}: leave the counters out ({@code linux/rtnetlink.h}). */
  static final int RTEXT_FILTER_SKIP_STATS = 1 << 3;

  private LinkAttributes() {}
}
