package io.kindnet.netlink.route;

/** Values of {@code linux/rtnetlink.h} that stand in routes and addresses. */
public final class RouteConstants {
  /** Scope: reachable from everywhere. */
  public static final int RT_SCOPE_UNIVERSE = 0;

  /** Scope: reachable on the link, without a gateway. */
  public static final int RT_SCOPE_LINK = 253;

  /** Scope: reachable on this host. */
  public static final int RT_SCOPE_HOST = 254;

  /** Scope of a request to delete: any. */
  static final int RT_SCOPE_NOWHERE = 255;

  /** Table: where routes go unless they say otherwise. */
  public static final int RT_TABLE_MAIN = 254;

  /** Table: this host's own addresses, kept by the kernel. */
  public static final int RT_TABLE_LOCAL = 255;

  /** Protocol: not known, or in a filter any. */
  public static final int RTPROT_UNSPEC = 0;

  /** Protocol: made by the kernel. */
  public static final int RTPROT_KERNEL = 2;

  /** Protocol: made while the system started; what {@code ip route add} says. */
  public static final int RTPROT_BOOT = 3;

  /** Protocol: made by the administrator. */
  public static final int RTPROT_STATIC = 4;

  /** Protocol: from a router advertisement. */
  public static final int RTPROT_RA = 9;

  /** Protocol: from a DHCP client. */
  public static final int RTPROT_DHCP = 16;

  /** Type: to a gateway or directly to the destination. */
  public static final int RTN_UNICAST = 1;

  /** Type: to this host. */
  public static final int RTN_LOCAL = 2;

  /** Type: to all on the link. */
  public static final int RTN_BROADCAST = 3;

  /** Type: to one of several hosts. */
  public static final int RTN_ANYCAST = 4;

  /** Type: to those who joined. */
  public static final int RTN_MULTICAST = 5;

  /** Type: dropped silently. */
  public static final int RTN_BLACKHOLE = 6;

  /** Type: refused as unreachable. */
  public static final int RTN_UNREACHABLE = 7;

  /** Type: refused as prohibited. */
  public static final int RTN_PROHIBIT = 8;

  /** Type: not in this table, look into the next. */
  public static final int RTN_THROW = 9;

  private RouteConstants() {}

  /** Whether routes of {@code type} send nothing anywhere: they have no next hop. */
  static boolean isRefusal(int type) {
    return switch (type) {
      case RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW -> true;
      default -> false;
    };
  }

  /** The name that {@code ip} gives to a type of routes. */
  static String typeName(int type) {
    return switch (type) {
      case RTN_UNICAST -> "unicast";
      case RTN_LOCAL -> "local";
      case RTN_BROADCAST -> "broadcast";
      case RTN_ANYCAST -> "anycast";
      case RTN_MULTICAST -> "multicast";
      case RTN_BLACKHOLE -> "blackhole";
      case RTN_UNREACHABLE -> "unreachable";
      case RTN_PROHIBIT -> "prohibit";
      case RTN_THROW -> "throw";
      default -> "type " + type;
    };
  }
}
