package io.kindnet.kindnetd.masq;

import io.kindnet.kindnetd.kube.ClusterNode;
import io.kindnet.kindnetd.kube.ClusterSnapshot;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.ip.TopLevelPrefixes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where pods are seen with their own addresses: the pods of all nodes, and what was configured. */
final class NoMasquerade {
  private NoMasquerade() {}

  /** The prefixes of {@code family}, none inside another. */
  static Set<IpPrefix> of(
      ClusterSnapshot snapshot, Collection<IpPrefix> configured, AddressFamily family) {
    List<IpPrefix> all = new ArrayList<>(configured);
    snapshot.self().map(ClusterNode::podCidrs).ifPresent(all::addAll);
    for (ClusterNode peer : snapshot.peers()) {
      all.addAll(peer.podCidrs());
    }
    all.removeIf(prefix -> prefix.family() != family);
    return new HashSet<>(TopLevelPrefixes.of(all));
  }
}
