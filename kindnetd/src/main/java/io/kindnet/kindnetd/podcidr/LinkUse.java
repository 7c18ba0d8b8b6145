package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Link;

/** What the addresses and networks of a link are. */
enum LinkUse {
  /** Those of pods of this machine. */
  PODS,

  /**
   * A network's, as with all others; but what has no more than one address is a pod's that another
   * plugin wired (veth), or a Service's (dummy, for kube-proxy's IPVS mode).
   */
  VIRTUAL,

  /** Those of a network that this machine is on. */
  NETWORK;

  static LinkUse of(Link link, PodMarks marks) {
    if (link.name().startsWith(marks.linkPrefix()) || link.name().equals(marks.bridge())) {
      return PODS;
    }
    return link.kind().equals("veth") || link.kind().equals("dummy") ? VIRTUAL : NETWORK;
  }

  /** Whether an address with {@code prefixLength}, or a network of that length, says something. */
  boolean counts(AddressFamily family, int prefixLength) {
    return switch (this) {
      case PODS -> false;
      case VIRTUAL -> prefixLength < family.bits();
      case NETWORK -> true;
    };
  }

  boolean counts(IpPrefix network) {
    return counts(network.family(), network.length());
  }
}
