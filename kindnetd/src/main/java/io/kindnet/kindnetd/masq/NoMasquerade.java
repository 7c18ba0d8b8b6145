package io.kindnet.kindnetd.masq;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.ip.TopLevelPrefixes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Where pods are seen with their own addresses: the pods of all nodes, and what was configured. */
final class NoMasquerade {
  private NoMasquerade() {}

  /** The prefixes of {@code family}, none inside another. */
  static Set<IpPrefix> prefixes(
      ClusterSnapshot snapshot, Collection<IpPrefix> configured, AddressFamily family) {
    List<IpPrefix> all = new ArrayList<>(2 * snapshot.peers().size() + configured.size());
    addThose(all, configured, family);
    snapshot.self().ifPresent(self -> addThose(all, self.podCidrs(), family));
    for (ClusterNode peer : snapshot.peers()) {
      addThose(all, peer.podCidrs(), family);
    }
    return TopLevelPrefixes.of(all);
  }

  private static void addThose(
      List<IpPrefix> all, Collection<IpPrefix> prefixes, AddressFamily family) {
    for (IpPrefix prefix : prefixes) {
      if (prefix.family() == family) {
        all.add(prefix);
      }
    }
  }
}
