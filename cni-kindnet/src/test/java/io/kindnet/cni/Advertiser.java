package io.kindnet.cni;

import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Resources;

/** A router of IPv6 that advertises itself when it is told to. */
final class Advertiser {
  /** The network of the addresses that it advertises. */
  static final String PREFIX = "2001:db8:5::";

  private final Namespace router;
  private final String interfaceName;

  Advertiser(Namespace router, String interfaceName) {
    this.router = router;
    this.interfaceName = interfaceName;
  }

  /** Advertises itself and the prefix. */
  void advertise() {
    advertise(0);
  }

  /**
   * As {@link #advertise()}.
   *
   * @param mtu of the link, in bytes; 0 says nothing of it
   */
  void advertise(int mtu) {
    router.run(
        "python3",
        "-I",
        "-S",
        "-c",
        Resources.text(Advertiser.class, "router-advertisement.py"),
        interfaceName,
        "1800",
        PREFIX,
        String.valueOf(mtu));
  }
}
