package io.kindnet.netlink.route;

/** Attributes and flags of routes: {@code linux/rtnetlink.h}. */
final class RouteAttributes {
  static final int RTA_DST = 1;
  static final int RTA_OIF = 4;
  static final int RTA_GATEWAY = 5;
  static final int RTA_PRIORITY = 6;
  static final int RTA_PREFSRC = 7;
  static final int RTA_METRICS = 8;
  static final int RTA_MULTIPATH = 9;
  static final int RTA_TABLE = 15;
  static final int RTA_VIA = 18;

  /** Inside {@link #RTA_METRICS}. */
  static final int RTAX_MTU = 2;

  /** {@code sizeof(struct rtnexthop)}. */
  static final int NEXT_HOP_LENGTH = 8;

  /** {@code sizeof(rtvia_family)} of {@code struct rtvia}. */
  static final int VIA_FAMILY_LENGTH = 2;

  /** Flag of a look-up: say which table answered. */
  static final int RTM_F_LOOKUP_TABLE = 0x1000;

  /** Flag of a look-up: answer with the route that matched instead of the path taken. */
  static final int RTM_F_FIB_MATCH = 0x2000;

  private RouteAttributes() {}
}
