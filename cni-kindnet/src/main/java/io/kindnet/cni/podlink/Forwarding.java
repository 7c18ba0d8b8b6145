package io.kindnet.cni.podlink;

import io.kindnet.netlink.ip.AddressFamily;
import java.util.ArrayList;
import java.util.List;

/**
 * The switches by which a host forwards packets from and to pods.
 *
 * <p>IPv4 asks that of the link by which a packet comes, so that it takes those of the pods and of
 * the uplinks; {@code ip_forward} sets them all when it changes, and is what later links begin
 * with. IPv6 asks {@code forwarding} of {@code all}; that of a link tells the others on it whether
 * it is a router.
 */
final class Forwarding {
  private static final String KEY = "forwarding";

  private Forwarding() {}

  /**
   * What the host as a whole takes for {@code family}.
   *
   * @param uplinks the links by which packets for pods come from outside
   */
  static List<Setting> ofHost(AddressFamily family, List<String> uplinks) {
    List<Setting> settings = new ArrayList<>();
    if (family == AddressFamily.IPV6) {
      String all = Sysctl.of(family, Sysctl.ALL, KEY);
      settings.add(Setting.on(all).after(RouterAdvertisements::keepForAll));
      return settings;
    }
    settings.add(Setting.on("ipv4/ip_forward"));
    for (String uplink : uplinks) {
      settings.add(ofLink(family, uplink));
    }
    return settings;
  }

  /** What an interface takes that pods send to. */
  static Setting ofLink(AddressFamily family, String link) {
    Setting setting = Setting.on(Sysctl.of(family, link, KEY));
    return family == AddressFamily.IPV6
        ? setting.after(RouterAdvertisements::keepForLinks)
        : setting;
  }
}
