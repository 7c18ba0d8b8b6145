package io.kindnet.cni.recovery;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.podlink.FoundPod;
import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.podlink.PodLinkDiscovery;
import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.portmap.HostPorts;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Pods;
import io.kindnet.cni.store.PortRow;
import io.kindnet.cni.store.Ports;
import io.kindnet.netlink.libc.KernelException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Fills a new database with the pods that are there, so that none of their addresses and host ports
 * is given to another one. The kernel knows neither the container's ID nor the path of its
 * namespace: such a row is found again by its interface.
 *
 * @param pods how many pods were found
 * @param ports how many host ports lead to them
 */
public record Recovery(int pods, int ports) {

  /** Writes what {@code host} and {@code hostPorts} show, in the transaction of the caller. */
  public static Recovery fill(Pods pods, Ports ports, HostNetwork host, HostPorts hostPorts)
      throws CniException {
    List<FoundPod> found = PodLinkDiscovery.of(host);
    Map<InetAddress, PodRow> byAddress = new HashMap<>();
    for (FoundPod each : found) {
      PodRow row = row(each, byAddress);
      pods.insert(row);
      for (PodAddress address : row.addresses()) {
        byAddress.put(address.address(), row);
      }
    }
    int taken = 0;
    for (HostPort port : found.isEmpty() ? List.<HostPort>of() : list(hostPorts)) {
      PodRow pod = byAddress.get(port.containerIp());
      if (pod != null) {
        ports.insert(new PortRow(pod.key(), port));
        taken++;
      }
    }
    return new Recovery(found.size(), taken);
  }

  private static List<HostPort> list(HostPorts hostPorts) {
    try {
      return hostPorts.list();
    } catch (KernelException refused) {
      // a kernel that cannot be asked for rules has let nobody make any
      return List.of();
    }
  }

  /** An address that two interfaces claim to have stays with the first one. */
  private static PodRow row(FoundPod found, Map<InetAddress, PodRow> taken) {
    List<PodAddress> addresses = new ArrayList<>(2);
    for (Lease lease : found.leases()) {
      if (!taken.containsKey(lease.address())) {
        addresses.add(new PodAddress(lease.address(), lease.gateway()));
      }
    }
    int slash = found.owner().indexOf('/');
    return PodRow.found(
        found.hostInterface(),
        slash < 0
            ? new PodIdentity("", found.owner(), "")
            : new PodIdentity(
                found.owner().substring(0, slash), found.owner().substring(slash + 1), ""),
        addresses,
        found.mtu(),
        found.interfaceName(),
        found.bridge());
  }
}
