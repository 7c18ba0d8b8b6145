package io.kindnet.cni.podlink;

import io.kindnet.cni.ipam.Lease;
import java.util.List;

/**
 * A pod's interface that this plugin made, as the kernel shows it.
 *
 * @param hostInterface the host's end
 * @param owner whose it is, such as {@code default/web}
 * @param interfaceName the name inside, empty if it cannot be told
 * @param mtu in bytes
 * @param bridge the bridge that the host's end is a port of, empty for none
 * @param leases its addresses, IPv4 first, at most one of each family
 */
public record FoundPod(
    String hostInterface,
    String owner,
    String interfaceName,
    int mtu,
    String bridge,
    List<Lease> leases) {}
