package io.kindnet.kindnetd.masq;

import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;

/**
 * Which traffic of pods is masqueraded.
 *
 * @param enabled {@code --masquerading}
 * @param excluded destinations that are not masqueraded, besides pods: {@code --no-masquerade-cidr}
 *     and {@code POD_SUBNET}
 */
public record MasqOptions(boolean enabled, List<IpPrefix> excluded) {
  /** A copy of the list. */
  public MasqOptions {
    excluded = List.copyOf(excluded);
  }
}
