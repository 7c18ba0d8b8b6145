package io.kindnet.netlink.route;

/** Message types and groups of {@code linux/rtnetlink.h} that only this package speaks of. */
final class Rtnetlink {
  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  static final int RTM_GETLINK = 18;
  static final int RTM_SETLINK = 19;
  static final int RTM_NEWADDR = 20;
  static final int RTM_DELADDR = 21;
  static final int RTM_GETADDR = 22;
  static final int RTM_NEWROUTE = 24;
  static final int RTM_DELROUTE = 25;
  static final int RTM_GETROUTE = 26;
  static final int RTM_NEWNEIGH = 28;
  static final int RTM_DELNEIGH = 29;
  static final int RTM_GETNEIGH = 30;
  static final int RTM_NEWRULE = 32;
  static final int RTM_DELRULE = 33;
  static final int RTM_GETRULE = 34;
  static final int RTM_NEWNETCONF = 80;

  static final int RTNLGRP_LINK = 1;
  static final int RTNLGRP_IPV4_IFADDR = 5;
  static final int RTNLGRP_IPV4_ROUTE = 7;
  static final int RTNLGRP_IPV4_RULE = 8;
  static final int RTNLGRP_IPV6_IFADDR = 9;
  static final int RTNLGRP_IPV6_ROUTE = 11;
  static final int RTNLGRP_IPV6_RULE = 19;
  static final int RTNLGRP_IPV4_NETCONF = 24;
  static final int RTNLGRP_IPV6_NETCONF = 25;

  /** Any family ({@code linux/socket.h}). */
  static final int AF_UNSPEC = 0;

  /** What concerns a device as a port of a bridge ({@code linux/socket.h}). */
  static final int AF_BRIDGE = 7;

  private Rtnetlink() {}

  /** Whether {@code family} is IPv4 or IPv6: some dumps and groups also carry others. */
  static boolean isInternet(int family) {
    return family == 2 || family == 10;
  }
}
