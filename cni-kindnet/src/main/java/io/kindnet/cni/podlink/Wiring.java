package io.kindnet.cni.podlink;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Link;
import java.util.List;
import java.util.Optional;

/** How the host's end of a pod's veth pair is connected to the host. */
interface Wiring {

  /** The sysctls of the host's end that pods with {@code family} depend on. */
  List<Setting> settings(Link hostEnd, AddressFamily family);

  /** Connects the host's end, which is still down. */
  void plug(Link hostEnd) throws CniException;

  /** Gives the host its addresses and routes; the host's end is up. */
  void route(Link hostEnd, Lease lease);

  /** What the pod reaches through its interface without a gateway. */
  IpPrefix onLink(Lease lease);

  /** The bridge in between, if there is one. */
  Optional<Link> bridge();

  /** What of {@link #plug} and {@link #route} is no longer so. */
  List<Damage> damages(HostState state, Link hostEnd, List<Lease> leases);
}
