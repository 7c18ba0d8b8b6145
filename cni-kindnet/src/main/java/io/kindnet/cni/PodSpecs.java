package io.kindnet.cni;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.podlink.PodLinkSpec;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.RangeRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/** What the rows of pods say of their interfaces. */
final class PodSpecs {
  private final List<RangeRow> ranges;

  private PodSpecs(List<RangeRow> ranges) {
    this.ranges = ranges;
  }

  /** Those of all pods, oldest first. */
  static List<PodLinkSpec> all(Store store) throws CniException {
    PodSpecs specs = new PodSpecs(store.ranges().all());
    List<PodLinkSpec> all = new ArrayList<>();
    for (PodRow pod : store.pods().all()) {
      all.add(specs.of(pod));
    }
    return all;
  }

  /** That of {@code pod}. */
  static PodLinkSpec of(Store store, PodRow pod) throws CniException {
    return new PodSpecs(store.ranges().all()).of(pod);
  }

  private PodLinkSpec of(PodRow pod) {
    List<Lease> leases = new ArrayList<>(2);
    for (PodAddress address : pod.addresses()) {
      // of a pod that was found in the kernel, the gateway may not be known
      if (!address.gateway().equals(address.address())) {
        leases.add(lease(address));
      }
    }
    return new PodLinkSpec(
        pod.interfaceName(), pod.hostInterface(), pod.owner(), pod.mtu(), pod.bridge(), leases);
  }

  private Lease lease(PodAddress address) {
    for (RangeRow range : ranges) {
      IpPrefix subnet = range.subnet();
      if (subnet.address().equals(address.gateway()) && subnet.contains(address.address())) {
        return new Lease(address.address(), subnet);
      }
    }
    return Lease.remembered(address.address(), address.gateway());
  }
}
