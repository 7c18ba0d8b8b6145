package io.kindnet.cni.podlink;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.route.Link;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The interface that a pod is to have.
 *
 * @param interfaceName its name inside
 * @param hostInterface the name of the host's end
 * @param owner whose it is, such as {@code default/web}
 * @param mtu in bytes
 * @param bridge the bridge that the host's end becomes a port of, empty for none
 * @param leases its addresses, IPv4 first, at most one of each family
 */
public record PodLinkSpec(
    String interfaceName,
    String hostInterface,
    String owner,
    int mtu,
    String bridge,
    List<Lease> leases) {
  static final String ALIAS_PREFIX = "link-pod ";

  /** What {@code ip link} shows of the host's end; cut off where the kernel takes no more. */
  String alias() {
    byte[] bytes = (ALIAS_PREFIX + owner).getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, Link.MAX_ALIAS_BYTES);
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  boolean has(AddressFamily family) {
    for (Lease lease : leases) {
      if (lease.family() == family) {
        return true;
      }
    }
    return false;
  }
}
