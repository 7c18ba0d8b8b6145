package io.kindnet.cni;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.podlink.HostSides;
import io.kindnet.cni.podlink.PodLinkSpec;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.RangeRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What the rows of pods say of their interfaces. */
final class PodSpecs implements HostSides.RememberedPods {
  private final Store store;

  PodSpecs(Store store) {
    this.store = store;
  }

  @Override
  public List<PodLinkSpec> all() throws CniException {
    return of(store.pods().all());
  }

  @Override
  public List<PodLinkSpec> withHostInterfaces(Collection<String> names) throws CniException {
    return names.isEmpty() ? List.of() : of(store.pods().withHostInterfaces(names));
  }

  /** That of {@code pod}. */
  PodLinkSpec of(PodRow pod) throws CniException {
    return of(pod, store.ranges().all());
  }

  private List<PodLinkSpec> of(List<PodRow> pods) throws CniException {
    List<RangeRow> ranges = store.ranges().all();
    List<PodLinkSpec> specs = new ArrayList<>(pods.size());
    for (PodRow pod : pods) {
      specs.add(of(pod, ranges));
    }
    return specs;
  }

  private static PodLinkSpec of(PodRow pod, List<RangeRow> ranges) {
    List<Lease> leases = new ArrayList<>(2);
    for (PodAddress address : pod.addresses()) {
      // of a pod that was found in the kernel, the gateway may not be known
      if (!address.gateway().equals(address.address())) {
        leases.add(lease(address, ranges));
      }
    }
    return new PodLinkSpec(
        pod.interfaceName(), pod.hostInterface(), pod.owner(), pod.mtu(), pod.bridge(), leases);
  }

  private static Lease lease(PodAddress address, List<RangeRow> ranges) {
    for (RangeRow range : ranges) {
      IpPrefix subnet = range.subnet();
      if (subnet.address().equals(address.gateway()) && subnet.contains(address.address())) {
        return new Lease(address.address(), subnet);
      }
    }
    return Lease.remembered(address.address(), address.gateway());
  }
}
