package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The links of a host that listen to router advertisements although it is a router itself. Whoever
 * sets their {@code accept_ra} to 1, as the configuration of many hosts does, means that they
 * listen; they would not. For one thread.
 */
public final class ListeningLinks {
  private final Set<String> names = new HashSet<>();

  /** None yet: those that {@link #restore} finds listening. */
  public ListeningLinks() {}

  /**
   * Has the links listen again that did before. One that was told not to listen does not.
   *
   * @return what was wrong, each sysctl by its name and the value that it had
   * @throws CniException naming what cannot be set, and why
   */
  public List<String> restore() throws CniException {
    List<String> restored = new ArrayList<>();
    for (String link : Sysctl.links(AddressFamily.IPV6)) {
      String value =
          link.startsWith(HostNetwork.LINK_PREFIX)
              ? ""
              : Sysctl.read(Sysctl.of(AddressFamily.IPV6, link, "accept_ra")).orElse("");
      switch (value) {
        case RouterAdvertisements.LISTEN -> names.add(link);
        case RouterAdvertisements.LISTEN_UNLESS_ROUTER -> {
          if (names.contains(link)) {
            String setting = Sysctl.of(AddressFamily.IPV6, link, "accept_ra");
            Sysctl.write(setting, RouterAdvertisements.LISTEN);
            restored.add(Sysctl.displayName(setting) + " is " + value);
          }
        }
        default -> names.remove(link);
      }
    }
    return restored;
  }
}
