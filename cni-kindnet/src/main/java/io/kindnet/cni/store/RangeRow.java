package io.kindnet.cni.store;

import io.kindnet.netlink.ip.IpPrefix;

/**
 * A range that addresses come from.
 *
 * @param id {@code ipam_ranges.id}
 * @param subnet the range
 * @param description what an operator said about it, may be empty
 * @param manual whether an operator added it, so that it stays when no configuration names it
 */
public record RangeRow(long id, IpPrefix subnet, String description, boolean manual) {
  /** Whether {@code pod} has an address from here; the gateway tells overlapping ranges apart. */
  public boolean serves(PodRow pod) {
    for (PodAddress each : pod.addresses()) {
      if (each.gateway().equals(subnet.address()) && subnet.contains(each.address())) {
        return true;
      }
    }
    return false;
  }
}
