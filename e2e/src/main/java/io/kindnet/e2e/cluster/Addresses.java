package io.kindnet.e2e.cluster;

import java.util.List;

/** Who has which address. All of it lies in namespaces, so that no other network is in the way. */
public final class Addresses {
  /** The router of the nodes' network; the control plane is there, too. */
  static final String CONTROL_V4 = "172.30.0.1";

  static final String CONTROL_V6 = "fd00:172:30::1";

  /** What the nodes are on. */
  static final String NODES_V4 = "172.30.0.0/16";

  static final String NODES_V6 = "fd00:172:30::/64";

  /** Where pods get their addresses from, a part for each node. */
  public static final String PODS = "10.244.0.0/16,fd00:10:244::/56";

  static final String SERVICES = "10.96.0.0/16,fd00:10:96::/112";

  /** As pods see the API server, if there is a proxy for services. */
  static final String API_SERVER_IN_CLUSTER = "10.96.0.1";

  /** Where the API server is for machines on the nodes' network. */
  public static final String API_SERVER = "https://" + CONTROL_V4 + ":6443";

  /** A host that knows the way to nodes, but none to pods. */
  public static final String OUTSIDE_V4 = "198.51.100.10";

  /** The same. */
  public static final String OUTSIDE_V6 = "2001:db8:51::10";

  static final String TO_OUTSIDE_V4 = "198.51.100.1";

  static final String TO_OUTSIDE_V6 = "2001:db8:51::1";

  private Addresses() {}

  /** The addresses of node number {@code n}, from 1: IPv4, IPv6. */
  public static List<String> ofNode(int n) {
    return List.of("172.30.1." + n, "fd00:172:30::1:" + n);
  }

  /**
   * Addresses on the nodes' network at which nobody is: IPv4, IPv6.
   *
   * @param n from 1 to 60,000
   */
  public static List<String> ofNobody(int n) {
    int host = (16 << 8) + n;
    return List.of(
        "172.30." + (host >> 8) + "." + (host & 0xff), "fd00:172:30::2:" + Integer.toHexString(n));
  }
}
